"""The version, where it can be had without reading what pip installed."""

VERSION = "0.1.0"
