"""The page at `/`: what this is, and the calls to try."""

from __future__ import annotations

from mkdocs_masko.sandbox.assets import asset_id
from mkdocs_masko.sandbox.cast import COLLECTIONS

_PAGE = """\
The mkdocs-masko sandbox: the Masko API and its CDN on this machine, with
invented mascots. Nothing here is real, and nothing is kept when it stops.

Collections: fox (complete), owl (every odd case), draft (unpublished: 409).
Every key is good that is masko_ and 64 hex digits.

Copy these lines once, then any of the calls below them:

API={api_url}
AUTH="Authorization: Bearer masko_$(printf %064d 1)"
PROJECT={project}
ASSET={asset}
ITEM={item}

curl -H "$AUTH" $API/projects
curl -H "$AUTH" $API/collections
curl -H "$AUTH" $API/collections?project_id=$PROJECT
curl -H "$AUTH" $API/collections/fox
curl -H "$AUTH" "$API/collections/fox/items?limit=2&offset=2"
curl -H "$AUTH" $API/collections/fox/assets
curl -H "$AUTH" $API/collections/fox/cdn-export
curl -H "$AUTH" $API/assets?include_file_urls=false
curl -H "$AUTH" $API/assets/$ASSET
curl -H "$AUTH" -X DELETE $API/assets/$ASSET
curl -H "$AUTH" -X PATCH -d '{{"name": "hi"}}' $API/collections/fox/items/$ITEM
curl -H "$AUTH" -X DELETE $API/collections/fox/items/$ITEM
"""


def front_page(api_url: str) -> str:
    """Return the page as plain text of at most 80 columns.

    The ids in it are those of the cast, whatever has become of it since.
    """
    fox = COLLECTIONS[0]
    item = fox.items[0]
    return _PAGE.format(
        api_url=api_url, project=fox.project_id, asset=asset_id(item, "image"), item=item.id
    )
