# cxsurvey in a container: docs/operate.md says how it is built and run.
# What is installed is what the locks name, by hash.

FROM python:3.11-slim AS build
WORKDIR /build
COPY requirements requirements
RUN python -m venv /opt/cxsurvey
RUN /opt/cxsurvey/bin/pip install --quiet --no-cache-dir --no-deps --require-hashes -r requirements/runtime.lock
RUN python -m venv tools && tools/bin/pip install --quiet --no-cache-dir --no-deps --require-hashes -r requirements/build.lock
COPY pyproject.toml hatch_build.py README.md LICENSE alembic.ini ./
COPY src src
COPY migrations migrations
COPY templates templates
COPY static static
RUN tools/bin/python -m hatchling build -t wheel -d wheel
RUN /opt/cxsurvey/bin/pip install --quiet --no-cache-dir --no-deps wheel/*.whl

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin cxsurvey \
    && install -d -o cxsurvey -g cxsurvey -m 700 /data
COPY --from=build /opt/cxsurvey /opt/cxsurvey
ENV PATH=/opt/cxsurvey/bin:$PATH \
    CXSURVEY_DATA_DIR=/data \
    CXSURVEY_HOST=0.0.0.0 \
    CXSURVEY_PORT=8000
USER cxsurvey
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --start-period=20s CMD python -c "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"CXSURVEY_PORT\"]}/livez', timeout=3)"
CMD ["cxsurvey", "serve"]
