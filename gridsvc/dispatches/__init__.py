"""The monthly dispatch of the county, and its orders."""
