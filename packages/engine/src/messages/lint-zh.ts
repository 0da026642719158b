import type * as en from "./lint-en.ts";

/** 检查结果，中文。 */
export const lint: Readonly<Record<keyof typeof en.lint, string>> = {
  "lost-match": "{file} 漏掉了这条规则的 {part}\n{other} 里有：以它为准。切勿用 {file} 恢复规则。",
  "lost-match-nobody-tells":
    "{file} 丢失了这条规则的 {part}，且无从得知原来是什么\n请用写入规则的那个版本的 iptables 重新列出，或补上 `nft list ruleset`。",
  "match-told-by-name": "{file} 没有载全 {part}\n请补上由写入规则的那个 iptables 执行的 `iptables-save`。",
  "inverted-match":
    "{file} 把这条规则显示反了：实际是 {part}\n依据是 {other}。nft 对 iptables 所建规则的文字只是翻译，不可当作 nft 规则来读。",
  "changed-part":
    "{file} 显示的并非这条规则的本意：{part}\n依据是 {other}。nft 对 iptables 所建规则的文字只是翻译，不可当作 nft 规则来读。",
  "two-backends":
    "legacy 与 nft 都有表 {table} 且都有规则：内核两者都会执行\n找出谁还在用另一种 iptables（`iptables-legacy`、`iptables-nft`）写规则，并清空多余的那个表。",
  "filtered-dump":
    "{file} 只显示了一部分：缺少 {missing}\n看来经过筛选（grep）或被截断。任何列表都未显示的规则视为不存在。",
  "dump-without-end":
    "{file} 只显示了表 {table} 的一部分\n看来经过筛选（grep）或被截断。任何列表都未显示的规则视为不存在。",
  "listings-differ":
    "{file} 本应显示整个 {table}，却缺少 {other} 所载的 {missing}\n两份列表并非同一时刻。这些规则是否存在未知：请同时取得两份列表。",
  "skewed-dump":
    "{file} 由比写入规则者更旧的 iptables{version} 列出：{count} 条规则丢失了 {matches}\n规则本身是完整的。请用 iptables 1.8.8 或更新版本列出；切勿用此文件恢复规则。",
  "missing-rules": "{rules} 条规则和 {chains} 条链",
  owner: "{owner} 在此处的固定写法",
  "no-findings": "没有发现问题",
  "findings-count": "{errors} 个错误，{warnings} 个警告，{infos} 个提示",
};
