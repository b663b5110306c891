"""A site's `mkdocs.yml` or `zensical.toml`: find it, read it, and insert into it.

`settings` is what the rest of the package asks: which file, and what is in it. `mkdocs_yml` and
`zensical_toml` read the two formats without the programs that they are for. `yml_insertion` and
`toml_insertion` add what a site needs and leave every other byte alone.
"""
