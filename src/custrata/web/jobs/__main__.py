"""`python -m custrata.web.jobs`: does the work that waits, for the workspace that CUSTRATA_WORKSPACE names."""

from custrata.web import setup

if __name__ == "__main__":
    setup()
    from custrata.web.jobs.runner import main

    main()
