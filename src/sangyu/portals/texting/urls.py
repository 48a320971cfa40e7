"""The addresses of the desk of text messages."""

app_name = "texting"
urlpatterns: list = []
