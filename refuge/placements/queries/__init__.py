"""Reading runs, holds, residents and turn-aways. Every read starts from what the reader may see."""
