"""What authors write, as it lies in their files: which files, what they include, what stands where.

Builds ask here for the place of a problem; `mkdocs-masko check` reads whole sites this way.
"""
