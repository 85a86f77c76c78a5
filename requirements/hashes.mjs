// Gives a lock file of npm's the hashes that it lacks. npm leaves them out for another platform's
// package where the registry at hand does not have it, and never looks for them again.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const [file] = process.argv.slice(2);
const lock = JSON.parse(readFileSync(file, "utf8"));
for (const [path, entry] of Object.entries(lock.packages)) {
  if (path === "" || entry.integrity) continue;
  const name = `${path.replace(/^.*node_modules\//, "")}@${entry.version}`;
  const answer = spawnSync("npm", ["view", name, "dist.integrity"], { encoding: "utf8" });
  const integrity = answer.stdout.trim();
  if (integrity) {
    const { version, ...rest } = entry;
    lock.packages[path] = { version, integrity, ...rest };
  } else {
    console.log(`No hash for ${name}: this registry does not have it.`);
  }
}
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
