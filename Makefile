# Everything a newcomer needs: `make run` and `make test`. Nothing is installed outside this folder
# (but for Debian's Pango, which lays out paper, and Debian's Chromium, when `make test` finds no browser, where it may).

PORT ?= 8000
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$python; exit; fi; \
	done; echo python3)
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run fresh test lock assets format clean setup setup-dev

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:
	@$(PYTHON) tools/setup.py

setup-dev:
	@$(PYTHON) tools/setup.py --dev

run: export ALLOCATIONS_SETTING = demo
run: setup ## set up, load the demonstration network and serve it on 127.0.0.1 (PORT=8000)
	@$(BIN)/flask --app wsgi demo
	@echo "Serving on http://127.0.0.1:$(PORT) (Ctrl+C stops it)"
	@$(BIN)/gunicorn --bind 127.0.0.1:$(PORT) --worker-class gthread --workers 2 --threads 4 \
		--no-control-socket --log-level warning wsgi:app

fresh: ## throw the demonstration's data away and start it again as of today
	rm -rf instance/demo
	@$(MAKE) --no-print-directory run

test: setup-dev ## run every check and every test
	@$(BIN)/python tools/check.py $(PYTEST)

lock: setup ## resolve the newest allowed packages and write the lock files again
	@$(BIN)/python tools/lock.py

assets: setup ## compile the stylesheet and gather scripts and fonts, changed or not
	@$(BIN)/python assets/build.py --force

format: setup-dev ## lay out the Python code and mend what can be mended by itself
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

clean: ## remove all that was built or installed here (never data)
	rm -rf .venv build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
