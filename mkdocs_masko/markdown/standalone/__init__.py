"""The extension without the plugin: in Zensical, or in any program that uses Python-Markdown."""
