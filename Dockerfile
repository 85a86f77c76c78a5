# The API; `--target migrate` builds the image that applies its migrations to a database.
ARG PYTHON_IMAGE=python:3.13-slim
ARG NODE_IMAGE=node:22-slim

# --- migrations: the Supabase CLI, as on a laptop ------------------------------------------------
FROM ${NODE_IMAGE} AS migrate
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY supabase ./supabase
RUN mkdir -p supabase/.temp && chown -R 10001:10001 supabase
USER 10001:10001
ENV HOME=/tmp SUPABASE_TELEMETRY_DISABLED=1
# a second run does nothing
CMD ["sh", "-c", "exec node_modules/.bin/supabase db push --remote=\"$DATABASE_URL\" --yes --agent no"]

# --- dependencies, as locked ---------------------------------------------------------------------
FROM ${PYTHON_IMAGE} AS build
COPY requirements/production.txt /
RUN python3 -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r /production.txt

# --- the API -------------------------------------------------------------------------------------
FROM ${PYTHON_IMAGE}
WORKDIR /app
COPY --from=build /venv /venv
COPY api ./api
RUN ["/venv/bin/python", "-m", "compileall", "-q", "api"]
USER 10001:10001
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
# WEB_CONCURRENCY sets the number of processes
CMD ["python", "-m", "api", "serve", "--host", "0.0.0.0", "--port", "8000"]
