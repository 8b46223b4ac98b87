"""Counting ranks and grades, exactly and with a trace: pure functions, without cryptography."""

from egov_crypto.counting.method import Method, MethodType, Rules

__all__ = ["Method", "MethodType", "Rules"]
