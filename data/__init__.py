"""The only SQL, Redis and files-as-data in the project; used by ``portal.services`` alone."""
