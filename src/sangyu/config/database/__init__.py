"""Our PostgreSQL back end for Django (`ENGINE = "sangyu.config.database"`), and how a process finds its database."""
