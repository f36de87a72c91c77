"""
Lambda's Python runtime, of the standard library alone: loads the handler, takes one event after the other from the
Runtime API, and answers as AWS's own runtime does.
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import decimal
import http.client
import importlib
import json
import logging
import os
import sys
import time
import traceback

HOST = os.environ["AWS_LAMBDA_RUNTIME_API"]
ROOT = "/2018-06-01/runtime"
IS_JSON = os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"


class Fault(Exception):
    """A failure that is not the handler's own: an import, a name, an answer that is no JSON."""

    def __init__(self, error_type, message, trace=()):
        super().__init__(message)
        self.error_type = error_type
        self.trace = list(trace)


class Context:
    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers.get("Lambda-Runtime-Invoked-Function-Arn")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.client_context = client_context(headers.get("Lambda-Runtime-Client-Context"))
        self.identity = None
        self.tenant_id = None
        self._deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(self._deadline_ms - int(time.time() * 1000), 0)


class ClientContext:
    def __init__(self, fields):
        self.custom = fields.get("custom")
        self.env = fields.get("env")
        self.client = fields.get("client")


def client_context(text):
    return ClientContext(json.loads(text)) if text else None


class Formatter(logging.Formatter):
    converter = time.gmtime
    request_id = ""

    def format(self, record):
        record.aws_request_id = Formatter.request_id
        if not IS_JSON:
            return super().format(record)
        line = {
            "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": record.aws_request_id,
        }
        if record.exc_info:
            line["errorType"] = record.exc_info[0].__name__
            line["errorMessage"] = str(record.exc_info[1])
            line["stackTrace"] = traceback.format_exception(*record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up_logging():
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        Formatter("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S")
    )
    logging.getLogger().addHandler(handler)
    if IS_JSON:
        logging.getLogger().setLevel(os.environ.get("AWS_LAMBDA_LOG_LEVEL", "INFO"))


def load(handler):
    module_name, dot, function_name = handler.rpartition(".")
    if not dot:
        raise Fault(
            "Runtime.MalformedHandlerName",
            f"Bad handler '{handler}': not enough values to unpack (expected 2, got 1)",
        )
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault(
            "Runtime.BuiltInModuleConflict",
            f"Cannot use built-in module {module_name} as a handler module",
        )
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}")
    except SyntaxError as error:
        raise Fault(
            "Runtime.UserCodeSyntaxError",
            f"Syntax error in module '{module_name}': {error}",
            [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}'],
        )
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise Fault("Runtime.HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'")


def plain(value):
    """Numbers of DynamoDB, as AWS's runtime writes them."""
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def answer_of(value):
    try:
        return json.dumps(value, ensure_ascii=False, default=plain)
    except Exception as error:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {error}")


def failure(error, request_id):
    if isinstance(error, Fault):
        error_type, trace = error.error_type, error.trace
    else:
        error_type = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)
        trace = traceback.format_list([frame for frame in frames if frame.filename != __file__])
    return {
        "errorMessage": str(error),
        "errorType": error_type,
        "requestId": request_id,
        "stackTrace": trace,
    }


def log_failure(fields):
    if IS_JSON:
        line = {"timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "log_level": "ERROR", **fields}
        print(json.dumps(line, ensure_ascii=False), flush=True)
        return
    lines = [f"[ERROR] {fields['errorType']}: {fields['errorMessage']}", "Traceback (most recent call last):"]
    for frame in fields["stackTrace"]:
        lines += frame.splitlines()
    # One event of the log: a carriage return is no new line to it.
    print("\r".join(lines), flush=True)


class RuntimeApi:
    def __init__(self):
        self._connection = http.client.HTTPConnection(HOST)

    def next(self):
        self._connection.request("GET", f"{ROOT}/invocation/next")
        response = self._connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"next answered {response.status}")
        return response.headers, body

    def post(self, path, text, headers={}):
        self._connection.request(
            "POST", f"{ROOT}/{path}", text.encode("utf-8", "replace"), {"Content-Type": "application/json", **headers}
        )
        self._connection.getresponse().read()


def error_type_header(fields):
    name = fields["errorType"]
    return {"Lambda-Runtime-Function-Error-Type": name if name.startswith("Runtime.") else f"Function.{name}"}


def main():
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    sys.stdout.reconfigure(line_buffering=True, encoding="utf-8")
    sys.stderr.reconfigure(line_buffering=True, encoding="utf-8")
    set_up_logging()
    api = RuntimeApi()
    try:
        handler = load(os.environ["_HANDLER"])
    except Exception as error:
        fields = failure(error, "")
        log_failure(fields)
        api.post("init/error", json.dumps(fields), error_type_header(fields))
        sys.exit(1)

    while True:
        headers, body = api.next()
        request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        Formatter.request_id = request_id
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("Lambda-Runtime-Trace-Id", "")
        try:
            try:
                event = json.loads(body)
            except ValueError as error:
                raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}")
            text = answer_of(handler(event, Context(headers)))
        except Exception as error:
            fields = failure(error, request_id)
            log_failure(fields)
            sys.stdout.flush()
            api.post(f"invocation/{request_id}/error", json.dumps(fields), error_type_header(fields))
        else:
            sys.stdout.flush()
            sys.stderr.flush()
            api.post(f"invocation/{request_id}/response", text)


main()
