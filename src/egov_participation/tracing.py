"""Traces: how long the parts of a request or a job took, sent to a collector if the settings name one.

A span holds the name of a route or a job, a method and a status: the list of what may stand in it is here, and nothing
else is put in. (The usual instrumentation of web servers records addresses, queries and the texts of errors; here those
hold trackers and names of people.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final, Protocol

from opentelemetry.context import Context
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    Tracer,
    use_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_tracer: Tracer | None = None


def start(processor: SpanProcessor) -> TracerProvider:
    """Make traces from now on, in this process; `processor` gets each span. Call ``shutdown()`` at the end."""
    global _tracer
    # Nothing of the machine is asked for: a name of a process or a command's arguments may tell too much.
    provider = TracerProvider(resource=Resource({SERVICE_NAME: "egov"}), shutdown_on_exit=False)
    provider.add_span_processor(processor)
    _tracer = provider.get_tracer("egov_participation")
    return provider


@contextmanager
def exporting(endpoint: str) -> Iterator[None]:
    """Send traces to the collector at `endpoint` (OTLP over HTTP) until the end of the block; none if it is empty."""
    if not endpoint:
        yield
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    provider = start(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    try:
        yield
    finally:
        stop()
        provider.shutdown()


def stop() -> None:
    """Make none any more."""
    global _tracer
    _tracer = None


def is_on() -> bool:
    """Whether traces are made."""
    return _tracer is not None


class RequestSpan(Protocol):
    """What a request's trace is told at its end."""

    def answered(self, route: str, status: int) -> None: ...


class _Request:
    def __init__(self, span: Span, method: str) -> None:
        self._span = span
        self._method = method

    def answered(self, route: str, status: int) -> None:
        self._span.update_name(f"{self._method} {route}")
        self._span.set_attributes({"http.route": route, "http.response.status_code": status})
        if status >= 500:
            self._span.set_status(StatusCode.ERROR)


class _Nothing:
    def answered(self, route: str, status: int) -> None:
        pass


_nothing: AbstractContextManager[RequestSpan] = nullcontext(_Nothing())
_UNSEEN: Final = NonRecordingSpan(SpanContext(1, 1, is_remote=False, trace_flags=TraceFlags(TraceFlags.DEFAULT)))
"""What is within it is not sampled either."""


def request(method: str, headers: Mapping[str, str]) -> AbstractContextManager[RequestSpan]:
    """Around a request; `headers` may hold a ``traceparent`` that can be believed."""
    return _nothing if _tracer is None else _request(_tracer, method, headers)


@contextmanager
def unseen() -> Iterator[RequestSpan]:
    """Around a request of which nothing is told, nor of its parts: even when it came would tell too much."""
    with use_span(_UNSEEN):
        yield _Nothing()


@contextmanager
def _request(tracer: Tracer, method: str, headers: Mapping[str, str]) -> Iterator[RequestSpan]:
    parent = TraceContextTextMapPropagator().extract(headers) if headers else Context()
    with tracer.start_as_current_span(
        method,
        context=parent,
        kind=SpanKind.SERVER,
        attributes={"http.request.method": method},
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        yield _Request(span, method)


@contextmanager
def part(name: str) -> Iterator[None]:
    """Around a part of a request or a job: ``database.write``, ``job mail``, ``registry`` … never anything of data."""
    if _tracer is None:
        yield
        return
    with _tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as span:
        try:
            yield
        except BaseException:
            span.set_status(StatusCode.ERROR)  # without the error's text
            raise
