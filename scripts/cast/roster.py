"""Who is in the cast, in which poses, with which media."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cast import fox, fox_acts, hedgehog, hedgehog_acts, owl, owl_acts

if TYPE_CHECKING:
    from cast.board import Act

WEBM, MOV = "transparent_video_webm", "transparent_video_mov"
ANDROID = "transparent_video_android"
EVERY_KEY = ("video", WEBM, MOV, ANDROID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """One folder of media.

    Attributes:
        acts: what is drawn; the first gives the stills.
        backdrop: the flat colour behind the opaque image and video.
        keys: the media of each animation; none for a pose that stands still.
        sizes: px of the animations; the first bears the plain name, the others `_<px>`.
        cut_out: whether there is a `transparent_image`.
    """

    mascot: str
    name: str
    ink: str
    backdrop: str
    acts: tuple[Act, ...]
    keys: tuple[str, ...] = EVERY_KEY
    sizes: tuple[int, ...] = (512,)
    cut_out: bool = True


def _fox(name: str, act: Act, backdrop: str, sizes: tuple[int, ...] = (512,)) -> Pose:
    return Pose(mascot="fox", name=name, ink=fox.INK, backdrop=backdrop, acts=(act,), sizes=sizes)


def _owl(
    name: str, *acts: Act, backdrop: str, keys: tuple[str, ...] = EVERY_KEY, cut_out: bool = True
) -> Pose:
    return Pose(
        mascot="owl",
        name=name,
        ink=owl.INK,
        backdrop=backdrop,
        acts=acts,
        keys=keys,
        sizes=(256,),
        cut_out=cut_out,
    )


CAST = (
    _fox("wave", fox_acts.wave, "#ffe9c9", (512, 256)),
    _fox("idle", fox_acts.idle, "#d9f2ea", (512, 256)),
    _fox("card-sit", fox_acts.card_sit, "#ffdfd3"),
    _fox("cheer", fox_acts.cheer, "#cdeef2"),
    _owl("swagger", owl_acts.swagger, backdrop="#ffe3a8", keys=("video", WEBM, ANDROID)),
    _owl("blink", owl_acts.blink, owl_acts.wink, backdrop="#e4e0fb"),
    _owl("orb", owl_acts.orb, backdrop="#2c2560", keys=("video", MOV)),
    _owl("card-sit", owl_acts.card_sit, backdrop="#d8ecff", keys=()),
    _owl("cafe", owl_acts.cafe, backdrop="#f3dcc6", cut_out=False),
    Pose(
        mascot="hedgehog",
        name="idle",
        ink=hedgehog.INK,
        backdrop="#e0efcf",
        acts=(hedgehog_acts.idle,),
    ),
)
