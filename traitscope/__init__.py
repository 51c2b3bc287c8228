"""Traitscope: personality inventories for language models."""
