"""Spans for OpenTelemetry, when it is asked for: where and how they go, ``OTEL_…`` variables say.

https://opentelemetry.io/docs/specs/semconv/http/http-spans/ without what names a person: no
addresses, no query strings.
"""

import importlib
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

from stadsgraaf.errors import UsageError
from stadsgraaf.settings import Settings

__all__ = ["Tracing"]

_NAME: Final = "stadsgraaf"
_ERROR: Final = 500


class Tracing:
    """A span for each request, or nothing.

    Raises UsageError when spans are asked for and the packages are not there.
    """

    def __init__(self, settings: Settings, exporter: Any = None) -> None:
        self._tracer: Any = None
        self._propagate: Any = None
        if settings.telemetry:
            self._start(exporter)

    def _start(self, exporter: Any) -> None:
        try:
            sdk = importlib.import_module("opentelemetry.sdk.trace")
            export = importlib.import_module("opentelemetry.sdk.trace.export")
            resources = importlib.import_module("opentelemetry.sdk.resources")
            self._propagate = importlib.import_module("opentelemetry.propagate")
            if exporter is None:
                otlp = importlib.import_module(
                    "opentelemetry.exporter.otlp.proto.http.trace_exporter"
                )
                exporter = otlp.OTLPSpanExporter()
        except ImportError as error:
            reason = f"telemetry needs stadsgraaf[otel]: {error}"
            raise UsageError(reason=reason) from None
        resource = resources.Resource.create({"service.name": _NAME})
        provider = sdk.TracerProvider(resource=resource)
        provider.add_span_processor(export.BatchSpanProcessor(exporter))
        self._provider = provider
        self._tracer = provider.get_tracer(_NAME)

    def span(self, route: str, method: str, headers: Any) -> AbstractContextManager[Any]:
        """A span around the answer to a request; its parent is what ``traceparent`` names."""
        if self._tracer is None:
            return nullcontext()
        carrier = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
        kind = importlib.import_module("opentelemetry.trace").SpanKind.SERVER
        span: AbstractContextManager[Any] = self._tracer.start_as_current_span(
            f"{method} {route}",
            context=self._propagate.extract(carrier),
            kind=kind,
            attributes={"http.request.method": method, "http.route": route},
        )
        return span

    @staticmethod
    def finish(span: Any, status: int, release: str) -> None:
        """Say how it ended."""
        if span is None:
            return
        span.set_attribute("http.response.status_code", status)
        span.set_attribute("stadsgraaf.release", release)
        if status >= _ERROR:
            trace = importlib.import_module("opentelemetry.trace")
            span.set_status(trace.Status(trace.StatusCode.ERROR))

    def close(self) -> None:
        """Send what has not been sent."""
        if self._tracer is not None:
            self._provider.shutdown()
