"""Tests of the referrals room."""
