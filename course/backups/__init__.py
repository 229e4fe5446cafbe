"""Copies that can be put back: data and keys apart, and the key file in neither (R77)."""
