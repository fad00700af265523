"""Patrol days that never were, honest ones and forged ones, each with its label.

`python -m tests.simulator` judges 5,000 and 500 of them and prints what came out.
"""
