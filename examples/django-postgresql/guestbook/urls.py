"""Which page is where."""

from django.urls import path

from guestbook import views

urlpatterns = [
    path("healthz", views.healthz),
    path("entries", views.entries),
    path("stops", views.stops),
]
