"""Objects on any S3 service, through the minio client: signed, path style, retried when the service stumbles."""

import io
import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import certifi
import urllib3
from minio import Minio
from minio.error import InvalidResponseError, S3Error, ServerError
from urllib3.exceptions import HTTPError, MaxRetryError
from urllib3.util import Retry, Timeout

from gongkai.errors import ConfigurationError, GongkaiError, StorageError
from gongkai.settings import Settings
from storage.layout import kind_of
from storage.objects.port import KeyTakenError, ObjectMissingError

_GONE = {"NoSuchKey", "NoSuchObject", "ResourceNotFound"}
_REFUSED = {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "AllAccessDisabled", "Forbidden"}
_TAKEN = {"PreconditionFailed", "ConditionalRequestConflict"}
_STUMBLE = (500, 502, 503, 504)  # a SeaweedFS that had just been restarted answered 500 to its first read
_TRIES, _BACKOFF_S = 4, 0.25  # waits of 0, 0.5, 1 and 2 s
_ONE_PART_BYTES = 5 * 1024**3  # a single PUT is all or nothing; bodies are bounded far below


class S3Objects:
    def __init__(self, settings: Settings, *, create: bool) -> None:
        self.place = settings.archive
        self._endpoint = settings.s3_endpoint or ""
        self._bucket, _, prefix = settings.archive.removeprefix("s3://").partition("/")
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._client = _client(settings)
        with self._failures(f"open bucket {self._bucket}"):
            if not self._client.bucket_exists(self._bucket):
                if not create:
                    raise ConfigurationError(f"{self.place}: there is no bucket {self._bucket} at {self._endpoint}; "
                                             "check --archive and GONGKAI_S3_ENDPOINT")
                self._make_bucket()

    def put(self, key: str, data: bytes, content_type: str, about: Mapping[str, str] | None = None) -> bool:
        """Looks, then writes on condition that nothing came to stand there meanwhile: machines whose catalogs know
        nothing of each other share no lock. A service that knows no such condition is written to without."""
        try:
            kept = self.get(key)
        except ObjectMissingError:
            if self._write(key, data, content_type, about):
                return True
            kept = self.get(key)  # another's, or our own of a try whose answer was lost
        if kept != data:
            raise KeyTakenError(key)
        return False

    def remove(self, key: str) -> None:
        with self._failures(f"remove {key}"):
            self._client.remove_object(self._bucket, self._prefix + key)

    def get(self, key: str) -> bytes:
        with self._failures(f"read {key}"):
            for _ in range(_TRIES):
                with suppress(HTTPError):  # the pool tries again until an answer begins, not when it breaks off
                    return self._read(key)
            return self._read(key)

    def _read(self, key: str) -> bytes:
        try:
            response = self._client.get_object(self._bucket, self._prefix + key)
        except S3Error as problem:
            if problem.code in _GONE:
                raise ObjectMissingError(key) from None
            raise
        try:
            return response.read()
        finally:
            response.close()
            response.release_conn()

    def exists(self, key: str) -> bool:
        with self._failures(f"look for {key}"):
            try:
                self._client.stat_object(self._bucket, self._prefix + key)
            except S3Error as problem:
                if problem.code in _GONE:
                    return False
                raise
            return True

    def keys(self, prefix: str = "") -> Iterator[str]:
        yield from (key for key, _ in self.sizes(prefix))

    def sizes(self, prefix: str = "") -> Iterator[tuple[str, int]]:
        with self._failures(f"list {prefix}"):
            for found in self._client.list_objects(self._bucket, self._prefix + prefix, recursive=True):
                if found.object_name and not found.is_dir:
                    yield found.object_name.removeprefix(self._prefix), found.size or 0

    def _write(self, key: str, data: bytes, content_type: str, about: Mapping[str, str] | None) -> bool:
        """Whether it was written; False where something stands already. What is said `about` it must be ASCII: it
        travels in headers."""
        said: dict[str, str | list[str] | tuple[str]] = {
            f"gongkai-{name}": value for name, value in {"kind": kind_of(key), **(about or {})}.items()
            if value.isascii() and value.isprintable()}
        with self._failures(f"write {key}"):
            try:
                self._client.put_object(self._bucket, self._prefix + key, io.BytesIO(data), len(data), content_type,
                                        metadata=said, part_size=_ONE_PART_BYTES)
            except S3Error as problem:
                if problem.code not in _TAKEN:
                    raise
                return False
        return True

    def _make_bucket(self) -> None:
        try:
            self._client.make_bucket(self._bucket)
        except S3Error as problem:  # another process was faster
            if problem.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                raise

    @contextmanager
    def _failures(self, what: str) -> Iterator[None]:
        try:
            yield
        except GongkaiError:
            raise
        except S3Error as problem:
            raise self._explain(what, problem) from problem
        except (InvalidResponseError, ServerError) as problem:
            raise StorageError(f"cannot {what}: what answers at {self._endpoint} does not speak S3 ({problem}); "
                               "check GONGKAI_S3_ENDPOINT and GONGKAI_S3_SECURE") from problem
        except (HTTPError, OSError) as problem:
            raise StorageError(f"cannot {what}: {self._endpoint} does not answer ({_root(problem)}). Is the service "
                               "up? Check GONGKAI_S3_ENDPOINT (host:port), and GONGKAI_S3_SECURE=false where it speaks "
                               "plain http") from problem
        except ValueError as problem:
            raise ConfigurationError(f"{self.place}: {problem}") from problem

    def _explain(self, what: str, problem: S3Error) -> GongkaiError:
        if problem.code in _REFUSED:
            return ConfigurationError(f"cannot {what}: {self._endpoint} refuses the keys ({problem.code}); check "
                                      "GONGKAI_S3_ACCESS_KEY and GONGKAI_S3_SECRET_KEY and what they may do")
        if problem.code == "NoSuchBucket":
            return ConfigurationError(f"cannot {what}: there is no bucket {self._bucket} at {self._endpoint}")
        return StorageError(f"cannot {what}: {self._endpoint} answered {problem.code}: {problem.message}")


class _CreatingPool(urllib3.PoolManager):
    """Objects are created, never replaced. The client has no word for it, so the condition joins the request after it
    was signed, as S3 allows for headers that are not its own; services that do not know it pass it over."""

    def urlopen(self, method: str, url: str, redirect: bool = True, **options: Any) -> Any:  # type: ignore[override]
        if method == "PUT" and urlsplit(url).path.count("/") > 1:  # with one it is a bucket that is made
            options["headers"] = {**(options.get("headers") or {}), "If-None-Match": "*"}
        return super().urlopen(method, url, redirect, **options)


def _client(settings: Settings) -> Minio:
    missing = [f"GONGKAI_{name.upper()}" for name in ("s3_endpoint", "s3_access_key", "s3_secret_key")
               if not getattr(settings, name)]
    if missing:
        raise ConfigurationError(f"{settings.archive} needs {', '.join(missing)} to be set "
                                 "(endpoint as host:port, for example 127.0.0.1:8333)")
    pool = _CreatingPool(
        timeout=Timeout(connect=5, read=60), maxsize=16, cert_reqs=ssl.CERT_REQUIRED,
        ca_certs=os.environ.get("SSL_CERT_FILE") or certifi.where(),
        retries=Retry(total=_TRIES, backoff_factor=_BACKOFF_S, status_forcelist=_STUMBLE, raise_on_status=False))
    try:
        return Minio(settings.s3_endpoint or "", settings.s3_access_key, settings.s3_secret_key,
                     secure=settings.s3_secure, http_client=pool)
    except ValueError as problem:
        raise ConfigurationError(f"GONGKAI_S3_ENDPOINT {settings.s3_endpoint!r} cannot be used ({problem}); "
                                 "expected host:port without http://, for example 127.0.0.1:8333") from None


def _root(problem: BaseException) -> BaseException:
    return problem.reason if isinstance(problem, MaxRetryError) and problem.reason else problem
