-- Sends the requests of a file, one a line, in their order and again from the first:
--   method <tab> path <tab> authorization <tab> prefer <tab> body
-- With "once" as the second argument nothing may be sent twice: running out is an error of the run.
-- Prints one line of JSON at the end.

local requests, sent, once = {}, 0, false

function init(arguments)
  once = arguments[2] == "once"
  for line in io.lines(arguments[1]) do
    local method, path, authorization, prefer, body =
      line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    local headers = { ["Authorization"] = authorization, ["Accept"] = "application/json" }
    if prefer ~= "" then headers["Prefer"] = prefer end
    if body ~= "" then headers["Content-Type"] = "application/json" else body = nil end
    requests[#requests + 1] = wrk.format(method, path, headers, body)
  end
end

function request()
  sent = sent + 1
  if once and sent > #requests then
    -- answered with an error by every contender, so that the run is not taken for a good one
    return wrk.format("GET", "/no-requests-left")
  end
  return requests[(sent - 1) % #requests + 1]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"answers": %d, "seconds": %.6f, "bytes": %d, "refused": %d, "broken": %d, "p50_ms": %.3f, "p99_ms": %.3f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
