"""The web application: a workspace in the browser, for managers who never see YAML.

A Django app over the use cases. Pages read published runs and the store; whatever writes facts or runs is done by the
command line's own use cases in a process of their own. `setup` prepares Django; `site.enter` says which workspace.
"""

from __future__ import annotations


def setup() -> None:
    """Sets Django up with the settings of this application, unless the process has set it up already."""
    import django
    from django.conf import settings

    from custrata.web.settings import SETTINGS

    if not settings.configured:
        settings.configure(**SETTINGS)
        django.setup()
