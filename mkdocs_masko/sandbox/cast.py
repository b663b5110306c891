"""The invented mascots: two projects, three collections, and ids that never change."""

from __future__ import annotations

from mkdocs_masko.sandbox.models import Collection, Item, Project

PROJECT_ID = "6f0c6a52-3d0b-4a8e-9b57-1f6f4f1d2a01"
DRAFTS_ID = "6f0c6a52-3d0b-4a8e-9b57-1f6f4f1d2a02"
FOREIGN_KEY = "masko_" + "0" * 64
"""A well-formed key that belongs to another workspace."""

_PREFIX = "5a0db0c5"

PROJECTS = (
    Project(
        id=PROJECT_ID,
        name="Sandbox",
        created_at="2026-01-15T08:00:00Z",
        updated_at="2026-01-15T08:00:00Z",
    ),
    Project(
        id=DRAFTS_ID,
        name="Drafts",
        created_at="2026-01-20T08:00:00Z",
        updated_at="2026-02-11T09:30:00Z",
    ),
)

_FOX = (
    Item(
        id="f0c0a001-75a1-4f0e-8a3b-0c5f6e1d0001",
        name="wave",
        prompt="waving hello with the right paw",
        public_slug="wave",
        created_at="2026-02-01T10:05:00Z",
        media="fox/wave",
    ),
    Item(
        id="f0c0a001-75a1-4f0e-8a3b-0c5f6e1d0002",
        name="idle",
        prompt="standing and breathing",
        public_slug="idle",
        created_at="2026-02-01T10:06:00Z",
        media="fox/idle",
    ),
    Item(
        id="f0c0a001-75a1-4f0e-8a3b-0c5f6e1d0003",
        name="card-sit",
        prompt="sitting on the edge of a card",
        public_slug="card-sit",
        created_at="2026-02-01T10:07:00Z",
        media="fox/card-sit",
    ),
    Item(
        id="f0c0a001-75a1-4f0e-8a3b-0c5f6e1d0004",
        name="cheer",
        prompt="jumping for joy",
        public_slug="cheer",
        created_at="2026-02-01T10:08:00Z",
        media="fox/cheer",
    ),
)

_OWL = (
    Item(
        id="0de10001-2b7c-4d55-9c1e-7d0a52f30001",
        name="Plush Swagger",
        prompt="a plush owl walking proudly",
        public_slug="plush-swagger",
        created_at="2026-02-03T12:00:00Z",
        media="owl/swagger",
    ),
    Item(
        id="0de10001-2b7c-4d55-9c1e-7d0a52f30002",
        name="blink",
        prompt="blinking, slowly and quickly",
        public_slug="blink",
        created_at="2026-02-03T12:01:00Z",
        media="owl/blink",
    ),
    Item(
        id="0de10001-2b7c-4d55-9c1e-7d0a52f30003",
        name="Polishes geometric orb",
        prompt="polishing an orb",
        public_slug="polishes-geometric-orb",
        created_at="2026-02-03T12:02:00Z",
        media="owl/orb",
    ),
    Item(
        id="0de10001-2b7c-4d55-9c1e-7d0a52f30004",
        name="card-sit",
        prompt="sitting on the edge of a card",
        public_slug="card-sit",
        created_at="2026-02-03T12:03:00Z",
        media="owl/card-sit",
    ),
    Item(
        id="0de10001-2b7c-4d55-9c1e-7d0a52f30005",
        name="Café crème",
        prompt="sipping a coffee",
        public_slug="cafe-creme",
        created_at="2026-02-03T12:04:00Z",
        media="owl/cafe",
    ),
    Item(
        id="0de10001-2b7c-4d55-9c1e-7d0a52f30006",
        name="wave",
        prompt="waving with one wing",
        public_slug="wave",
        created_at="2026-02-03T12:05:00Z",
        media="owl/swagger",
    ),
    Item(
        id="0de10001-2b7c-4d55-9c1e-7d0a52f30007",
        name="wave",
        prompt="waving with both wings",
        public_slug="wave-2",
        created_at="2026-02-03T12:06:00Z",
        media="owl/blink",
    ),
    Item(
        id="0de10001-2b7c-4d55-9c1e-7d0a52f30008",
        name='Says "hoo" & <waves> {{ title }}',
        prompt="a name full of marks that mean something elsewhere",
        public_slug="says-hoo-waves-title",
        created_at="2026-02-03T12:07:00Z",
        media="owl/blink",
    ),
    Item(
        id="0de10001-2b7c-4d55-9c1e-7d0a52f30009",
        name="older-blink",
        prompt="exported in the older flat form",
        public_slug="older-blink",
        created_at="2025-06-01T09:00:00Z",
        media="owl/blink",
        old_keys={
            "video": "video",
            "transparent_video_webm": "animation_webm",
            "transparent_video_mov": "animation_hevc",
        },
    ),
    Item(
        id="0de10001-2b7c-4d55-9c1e-7d0a52f3000a",
        name="older-cafe",
        prompt="the same form with the other key for the mov",
        public_slug="older-cafe",
        created_at="2025-05-01T09:00:00Z",
        media="owl/cafe",
        old_keys={
            "video": "video",
            "transparent_video_webm": "animation_webm",
            "transparent_video_mov": "animation_mov",
        },
    ),
    Item(
        id="0de10001-2b7c-4d55-9c1e-7d0a52f3000b",
        name="half-drawn",
        prompt="null where a medium is still to come",
        public_slug="half-drawn",
        created_at="2026-02-03T12:09:00Z",
        media="owl/swagger",
        nulls=(
            "transparent_image",
            "video",
            "transparent_video_mov",
            "transparent_video_android",
        ),
        extra={"mood": "curious", "palette": ["#335577", None]},
    ),
)

_HEDGEHOG = (
    Item(
        id="5ed6e501-94d3-4c7a-b1f8-3e9b80c40001",
        name="idle",
        prompt="standing and breathing",
        public_slug="idle",
        created_at="2026-02-10T16:00:00Z",
        media="hedgehog/idle",
    ),
    Item(
        id="5ed6e501-94d3-4c7a-b1f8-3e9b80c40002",
        name="roll",
        prompt="rolling up into a ball",
        public_slug="roll",
        created_at="2026-02-11T09:30:00Z",
        media=None,
    ),
)

COLLECTIONS = (
    Collection(
        id="fox",
        project_id=PROJECT_ID,
        name="Fox Mascot",
        prompt="A friendly fox with a white-tipped tail",
        public_slug="fox-mascot-a1b2c3d4",
        user_prefix=_PREFIX,
        created_at="2026-02-01T10:00:00Z",
        updated_at="2026-03-15T16:20:00Z",
        items=_FOX,
    ),
    Collection(
        id="owl",
        project_id=PROJECT_ID,
        name="Owl Mascot",
        prompt="A plush owl with round glasses",
        public_slug="owl-mascot-b2c3d4e5",
        user_prefix=_PREFIX,
        created_at="2026-02-03T11:55:00Z",
        updated_at="2026-03-16T08:10:00Z",
        items=_OWL,
    ),
    Collection(
        id="draft",
        project_id=DRAFTS_ID,
        name="Hedgehog Draft",
        prompt="A shy hedgehog",
        public_slug="hedgehog-draft-c3d4e5f6",
        user_prefix=_PREFIX,
        created_at="2026-02-10T15:55:00Z",
        updated_at="2026-02-11T09:30:00Z",
        items=_HEDGEHOG,
        is_published=False,
    ),
)
