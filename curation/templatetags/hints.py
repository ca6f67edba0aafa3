"""Key hints on pages: the person's own keys, and none where they have switched shortcuts off."""

from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from curation.keys import key_name, key_table

register = template.Library()


@register.simple_tag(takes_context=True)
def hint(context: Context, action: str, most: int = 1) -> SafeString:
    """`{% hint "accept" %}` → <kbd>A</kbd>. Pages that know no profile show the default keys."""
    profile: dict[str, Any] = context.get("profile") or {"keys": key_table({}), "keys_off": False}
    keys = [] if profile["keys_off"] else profile["keys"].get(action, [])[:most]
    return format_html_join(" ", '<kbd class="needs-js">{}</kbd>', ((key_name(key),) for key in keys))


@register.simple_tag(takes_context=True)
def keys_for(context: Context, action: str) -> str:
    """`data-key="{% keys_for "accept" %}"` → "a arrowright", for a page whose script presses its buttons."""
    profile: dict[str, Any] = context.get("profile") or {"keys": key_table({}), "keys_off": False}
    keys = [] if profile["keys_off"] else profile["keys"].get(action, [])
    return " ".join("space" if key == " " else key for key in keys)


@register.filter
def of(values: dict[str, Any] | None, key: str) -> Any:
    """`{{ item.claimed|of:field.code }}`: the value, None where there is none."""
    return (values or {}).get(key)
