// Records what the real tools print for every spelling in test/spellings/*.txt, in a private network namespace:
//   node scripts/record-spellings.mjs test/spellings/matches.txt
// Run as root on a machine with iptables (both backends) and ipset; see test/spellings/README.md for the format.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const TOOLS = { ip: "iptables", ip6: "ip6tables" };
const BACKENDS = ["legacy", "nft"];
const SETS = "create s hash:ip\ncreate sp hash:ip,port\ncreate s6 hash:ip family inet6\n";
const ESTIMATORS = ["RE1", "RE2"]
  .map((name) => `-A FIRST -j RATEEST --rateest-name ${name} --rateest-interval 250ms --rateest-ewmalog 500ms\n`)
  .join("");

function run(command, input) {
  const [file, ...args] = command.split(" ");
  const { status, stdout, stderr } = spawnSync(file, args, {
    input,
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
  return { ok: status === 0, stdout, stderr };
}

const TABLES = [
  ["raw", /-m (rpfilter|socket)|-j (CT|NOTRACK|TRACE)/],
  ["nat", /-j (DNAT|SNAT|MASQUERADE|REDIRECT|NETMAP)/],
  ["filter", /-j (REJECT|SYNPROXY)/],
];

/** A table that takes the rule: extensions are bound to some. */
function tableOf(spelling) {
  return TABLES.find(([, pattern]) => pattern.test(spelling))?.[0] ?? "mangle";
}

/** The rule as the tool prints it back, or null where it refuses it. */
function printed(family, backend, spelling) {
  const tool = `${TOOLS[family]}-${backend}`;
  const first = /-m rateest|-j RATEEST/.test(spelling) ? ESTIMATORS : "";
  const table = tableOf(spelling);
  const loaded = run(
    `${tool}-restore`,
    `*${table}\n:FIRST - [0:0]\n:SPELLING - [0:0]\n${first}-A SPELLING ${spelling}\nCOMMIT\n`,
  );
  const line = run(`${tool}-save`, "")
    .stdout.split("\n")
    .find((text) => text.startsWith("-A SPELLING"));
  run(`${tool}-restore`, `*${table}\nCOMMIT\n`);
  if (loaded.ok && line === undefined) throw new Error(`${tool} lost: ${spelling}`);
  if (!loaded.ok && process.env.VERBOSE) console.error(`${tool}: ${spelling}: ${loaded.stderr.split("\n")[0]}`);
  return loaded.ok ? line.slice("-A SPELLING ".length).trimEnd() : null;
}

function answers(families, spelling) {
  const byText = new Map();
  for (const family of families) {
    for (const backend of BACKENDS) {
      const text = printed(family, backend, spelling);
      byText.set(text, [...(byText.get(text) ?? []), `${backend}/${family}`]);
    }
  }
  return [...byText].map(
    ([text, who]) => `  ${byText.size === 1 ? "" : `${who.join(" ")} `}${text === null ? "refused" : `= ${text}`}`,
  );
}

function record(file) {
  const out = [];
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line.startsWith("  ")) continue;
    out.push(line);
    const spelling = /^(ip|ip6|both) (.*)$/.exec(line);
    if (spelling !== null) out.push(...answers(spelling[1] === "both" ? ["ip", "ip6"] : [spelling[1]], spelling[2]));
  }
  writeFileSync(file, out.join("\n"));
}

if (process.env.RECORDING === undefined) {
  const again = { stdio: "inherit", env: { ...process.env, RECORDING: "1" } };
  process.exitCode = spawnSync("unshare", ["-n", process.execPath, ...process.argv.slice(1)], again).status ?? 1;
} else {
  run("ipset -exist restore", SETS);
  process.argv.slice(2).forEach(record);
}
