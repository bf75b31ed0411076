"""The pages."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from guestbook.models import Entry, Stop


def healthz(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n")


@csrf_exempt
@require_http_methods(["GET", "POST"])
def entries(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        entry = Entry.objects.create(text=request.body.decode())
        return JsonResponse({"id": entry.pk}, status=201)
    return JsonResponse({"entries": list(Entry.objects.order_by("pk").values_list("text", flat=True))})


def stops(_request: HttpRequest) -> HttpResponse:
    return JsonResponse({"stops": list(Stop.objects.order_by("pk").values("reason", "status"))})
