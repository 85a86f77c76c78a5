"""The database as one caller sees it, asked through PostgREST."""
