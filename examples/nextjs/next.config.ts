import path from "node:path";
import type { NextConfig } from "next";

const config: NextConfig = {
  // the client is this repository's own package, outside this folder
  transpilePackages: ["session-api-client"],
  turbopack: { root: path.join(import.meta.dirname, "../..") },
};

export default config;
