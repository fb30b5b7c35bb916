"""Work that only the web application asks for, each a function of its arguments that gives an answer as JSON.

Run as `python -m custrata.web.tasks NAME ARGUMENTS`, in the workspace's folder, by the runner of `web.jobs`.
"""
