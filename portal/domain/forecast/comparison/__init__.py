"""Tests of whether one forecast is better than another, or only luckier."""
