"""From a pose and its arguments to HTML: select, resolve, render.

`selection` decides from the manifest what an embed shows, `resolve` makes data of it that lacks
nothing, and `renderer` fills the templates of `templates/masko/` with that data.
"""

from mkdocs_masko.rendering.call import (
    ARGUMENT_NAMES,
    FUNCTIONS,
    GALLERY,
    POSES,
    PRELOAD,
    URL,
    VALUED_ARGUMENTS,
    Arguments,
    Call,
    bad_argument,
    changed_result,
    check_arguments,
    make_call,
    missing_parentheses,
    unknown_argument,
)
from mkdocs_masko.rendering.placeholders import MARK, Placeholders
from mkdocs_masko.rendering.renderer import (
    Embed,
    Embedder,
    Renderer,
    embed_key,
    templates_dir,
)
from mkdocs_masko.rendering.resolve import (
    Load,
    Page,
    Picture,
    ResolvedEmbed,
    ResolvedPose,
    SitePalette,
    StandalonePage,
    control_label,
    resolve,
)
from mkdocs_masko.rendering.selection import (
    PoseSelection,
    Selection,
    Source,
    select,
    select_pose,
)

__all__ = [
    "ARGUMENT_NAMES",
    "FUNCTIONS",
    "GALLERY",
    "MARK",
    "POSES",
    "PRELOAD",
    "URL",
    "VALUED_ARGUMENTS",
    "Arguments",
    "Call",
    "Embed",
    "Embedder",
    "Load",
    "Page",
    "Picture",
    "Placeholders",
    "PoseSelection",
    "Renderer",
    "ResolvedEmbed",
    "ResolvedPose",
    "Selection",
    "SitePalette",
    "Source",
    "StandalonePage",
    "bad_argument",
    "changed_result",
    "check_arguments",
    "control_label",
    "embed_key",
    "make_call",
    "missing_parentheses",
    "resolve",
    "select",
    "select_pose",
    "templates_dir",
    "unknown_argument",
]
