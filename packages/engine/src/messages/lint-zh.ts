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
  "calico-edited":
    "这条规则已不是 Calico 所写：其哈希对应的是 {was}{behind}\nFelix 只比较哈希，不会察觉。删除此规则，Felix 下次刷新时会重新写入。",
  "calico-edited-beyond":
    "这条规则带有 Calico 的哈希，却含有 Calico 从不写的内容{behind}\n删除此规则，Felix 下次刷新时会重新写入。",
  "calico-missing":
    "此规则之前少了 {count} 条 Calico 规则：{was}{behind}\nFelix 下次刷新时会重新写入。请查明是谁删除的。",
  "calico-missing-unknown":
    "此规则之前少了 Calico 规则：其哈希无法由现有规则推出{behind}\nFelix 下次刷新时会重新写入。请查明是谁删除的。",
  "calico-truncated":
    "这条链结束得太早：这类链以 {was} 结尾\n列表被截断，或有人删除了该规则；若是后者，Felix 下次刷新时会重新写入。",
  "calico-reordered":
    "这条链的规则被移动过：{moved}；Calico 的原有顺序为 {order}{behind}\n删除被移动的规则，Felix 下次刷新时会重写此链。",
  "calico-relabelled": "规则是 Calico 的，注释中的哈希却不是：应为 {hash}\n有人手写了注释。Felix 下次刷新时会改正。",
  "calico-duplicated": "这条规则带有同链第 {of} 条规则的哈希\n有人复制了它。Felix 下次刷新时会删除。",
  "calico-foreign": "Calico 的链中有他人的规则\nFelix 下次刷新时会删除。自己的规则应放在自己的链里。",
  "calico-unexplained":
    "这条规则的哈希无法由该链的现状推出{behind}\n规则被改过，或其前的规则已丢失。请与同版本的其他节点比较。",
  "calico-unverifiable": "；其后 {count} 条规则已无法校验",
  contradictory: "没有数据包能匹配这条规则：{parts} 互相排斥\n改正其中之一，或删除这条规则。",
  "contradictory-alone": "没有数据包能匹配这条规则：其中的 {parts} 永远不成立\n改正它，或删除这条规则。",
  shadowed:
    "没有数据包能到达这条规则：链中在它之前的规则 {by} 已拿走它要的全部数据包\n若它应当生效，须放到它们之前；否则删除它。",
  "shadowed-same":
    "没有数据包能到达这条规则：链中在它之前的规则 {by} 已拿走它要的全部数据包，且动作相同\n删除它不会改变任何结果。",
  "shadowed-through-calls":
    "没有数据包能到达这条规则：链中在它之前的规则 {by} 连同它们使用的标记和链，已拿走它要的全部数据包\n改动之前先看它们调用的链：那里的改动会让这条规则重新生效。",
  "too-large-to-prove":
    "表 {table} 太大，无法证明其中哪些规则没有数据包能匹配\n对这些规则不作判断；其他检查都已看过它们。",
  unreachable:
    "这条规则要的数据包从不进入它所在的链；该链由 {hooks} 调用\n它要的东西在那里不存在（路由之前的输出设备、OUTPUT 之后的输入设备），或调用者只放进别的数据包。",
  overwritten:
    "没有数据包以这条规则要的样子到达：链中在它之前的规则 {by} 总会改掉\n它可能在等一条现在为空的链；否则删除它。",
  "mark-never-read":
    "这条规则设置数据包标记的 {bits}，却没有任何规则或路由规则读取它\n若要用它选路，则缺少路由规则（`ip rule add fwmark {bits}/{bits} lookup TABLE`）；否则删除这条规则。",
  "connmark-never-read":
    "这条规则设置连接标记的 {bits}，却没有任何规则读取它，它被复制到的地方也无人读取\n若要用它为应答选路，须恢复到数据包标记并有路由规则读取（`ip rule add fwmark {bits}/{bits} lookup TABLE`）；否则删除这条规则。",
  "mark-never-written":
    "这条规则读取数据包标记的 {bits}，却没有规则设置它\n可能由某个程序通过套接字或 BPF 设置。若都没有，这条规则便是空等：找出本应由谁设置。",
  "connmark-never-written": "这条规则读取连接标记的 {bits}，却没有规则设置它\n找出本应由谁设置；否则删除这条规则。",
  "routing-mark-never-written":
    "这条路由规则读取标记的 {bits}，却没有规则设置它\n可能由某个程序通过套接字或 BPF 设置。若都没有，删除它（`ip rule del`）。",
  "mark-conflict":
    "{owner} 改动数据包标记的 {bits}，而 {other} 也使用这些位\n一方用这些位表达的意思会被另一方误读。让其中一方改用别的位：多数程序有相应的选项。",
  "connmark-conflict":
    "{owner} 改动连接标记的 {bits}，而 {other} 也使用这些位\n一方用这些位表达的意思会被另一方误读。让其中一方改用别的位：多数程序有相应的选项。",
  "whole-mark-overwrite":
    "这条规则把整个标记设为 {value}：{owners} 放在 {bits} 中、后面还要读取的内容因此丢失\n只设置自己的位：`--set-xmark {value}/{value}`，在 nft 中为 `meta mark set meta mark | {value}`。",
  "nobody-known": "未知来源",
  "missing-rules": "{rules} 条规则和 {chains} 条链",
  owner: "{owner} 在此处的固定写法",
  "no-findings": "没有发现问题",
  "shown-by": "能说明这一点的数据包：",
  "findings-count": "{errors} 个错误，{warnings} 个警告，{infos} 个提示",
};
