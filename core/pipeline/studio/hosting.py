"""The files beside the pages that a host and its robots read."""

from __future__ import annotations

from collections.abc import Iterable

from core.pipeline.studio.page import POLICY
from core.pipeline.studio.plan import Page
from core.pipeline.studio.reading import Reading

HEADERS = f"""/*
  Content-Security-Policy: {POLICY}; frame-ancestors 'none'
  X-Content-Type-Options: nosniff
  X-Frame-Options: DENY
  Referrer-Policy: strict-origin-when-cross-origin
  Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=()
  Cross-Origin-Opener-Policy: same-origin
/*.css
  Cache-Control: public, max-age=3600
/*.svg
  Cache-Control: public, max-age=86400
"""
"""For hosts that read a `_headers` file; others find the policy in the package's manifest."""


def hosting(reading: Reading, names: Iterable[str]) -> dict[str, bytes]:
    """Headers and robots file; a site map only where the brief gives the one address that it needs."""
    domain = reading.sites[0].fact if len(reading.sites) == 1 else ""
    pages = sorted(name for name in names if name.endswith(".html") and name != Page.LOST)
    robots = "User-agent: *\nAllow: /\n"
    files = {"_headers": HEADERS.encode()}
    if domain:
        robots += f"Sitemap: https://{domain}/sitemap.xml\n"
        files["sitemap.xml"] = _sitemap(domain, pages)
    return {**files, "robots.txt": robots.encode()}


def _sitemap(domain: str, pages: Iterable[str]) -> bytes:
    entries = "".join(
        f"  <url><loc>https://{domain}/{'' if name == Page.HOME else name}</loc></url>\n" for name in pages
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n'
    ).encode()
