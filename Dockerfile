# syntax=docker/dockerfile:1
# Two stages: what builds the environment stays out of the image that runs.

FROM python:3.11.13-slim-bookworm@sha256:86adf8dbadc3d6e82ee5dd2c74bec2e1c2467cdad47886280501df722372d2e1 AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.lock /app/
# Only what the lock names, with the hashes it names. What has no wheel is built by the lock's own
# setuptools, which comes first: an isolated build would fetch another.
RUN awk '/^setuptools==/ {on=1} on {print; if (!/\\$/) exit}' /app/requirements.lock > /tmp/build.lock \
  && /venv/bin/pip install --require-hashes -r /tmp/build.lock \
  && /venv/bin/pip install --require-hashes --no-build-isolation -r /app/requirements.lock
COPY pyproject.toml LICENSE README* /app/
COPY bots /app/bots
COPY config /app/config
COPY core /app/core
COPY data /app/data
COPY ingest /app/ingest
# In place, since profiles, models and question packs are found beside the code.
RUN /venv/bin/pip install --no-deps --no-build-isolation -e /app

FROM python:3.11.13-slim-bookworm@sha256:86adf8dbadc3d6e82ee5dd2c74bec2e1c2467cdad47886280501df722372d2e1
RUN useradd --system --uid 10001 --create-home faqbot \
  && install -d -o faqbot -g faqbot /state
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONUTF8=1 FAQBOT_DATA_DIR=/state
USER 10001
WORKDIR /home/faqbot
VOLUME /state
# The web page, where FAQBOT_WEB_HOST and FAQBOT_WEB_TOKEN let others in.
EXPOSE 8080
ENTRYPOINT ["faqbot"]
CMD ["run"]
