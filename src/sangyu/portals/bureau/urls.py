"""The addresses of the bureau's desk."""

app_name = "bureau"
urlpatterns: list = []
