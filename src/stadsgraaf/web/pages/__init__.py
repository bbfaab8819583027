"""The pages: each module answers one family of addresses."""
