"""The processes of one installation: the embedded PostgreSQL, the web server, the job worker, and who watches them."""
