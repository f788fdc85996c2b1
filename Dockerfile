# The program without a screen: `docker build -t arbwatch .`, or `docker compose up --build`.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
RUN python -m venv /opt/arbwatch
ENV PATH=/opt/arbwatch/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /source
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN pip install --no-deps --no-build-isolation . && pip uninstall --yes hatchling editables

FROM python:${PYTHON}-slim
RUN useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin arbwatch \
    && install --directory --owner arbwatch --group arbwatch /data /etc/arbwatch
COPY --from=build /opt/arbwatch /opt/arbwatch
ENV PATH=/opt/arbwatch/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 ARBWATCH_DATA_DIR=/data
USER 10001:10001
# A settings file mounted here, /etc/arbwatch/arbwatch.toml, is found.
WORKDIR /etc/arbwatch
VOLUME /data
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD arbwatch healthcheck || exit 1
ENTRYPOINT ["arbwatch"]
CMD ["run", "--headless"]
