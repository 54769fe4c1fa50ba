"""Pages of help centres in MDX, GitBook's and Markdoc's Markdown: what only their sites show."""

from ingest.sources.load import load


def read(tmp_path, page, name="a.mdx"):
    (tmp_path / name).write_text(page, encoding="utf-8")
    return [(row.title, row.answer) for row in load(tmp_path / name).rows]


DOCUSAURUS = """\
---
title: FAQ
---
import Tabs from '@theme/Tabs';
import {
  TabItem,
} from "@theme/TabItem";

export const Highlight = ({children}) => (
  <span>{children}</span>
);

## How do I install it? {#install}

<Tabs groupId="os" values={[{label: 'macOS', value: 'mac'}, {label: 'Windows', value: 'win'}]}>
<TabItem value="mac">

Run `brew install it`.

</TabItem>
<TabItem value="win">Use the installer.</TabItem>
</Tabs>

:::warning[Before you begin]

Make a backup.

:::

## Where is the log?

:::tip{title="Where"}
In `log/`.
:::

1. Open it:

    ```jsx
    <Tabs>
      <Log />
    </Tabs>
    ```

2. import your data from the file, and replace <NAME>.
"""
MINTLIFY = """\
---
title: "Frequently asked questions"
---

<AccordionGroup>
  <Accordion title="How do I pay?" icon="credit-card">
    By card:

    - Visa
      - Debit

    ```sh
    pay --card
    ```
  </Accordion>
  <Accordion
    title="Can I cancel?"
    icon={<Icon name="x" />}
  >
    <Steps>
      <Step title="Open the settings">
        Choose **Plan**.
      </Step>
      <Step title="Press Cancel">
        You keep it until the month ends.
      </Step>
    </Steps>
    <Card title="Prices" icon="tag" href="/pricing" />
  </Accordion>
</AccordionGroup>
"""
NEXTRA = """\
import { Tabs, Callout } from 'nextra/components'

## How do I add it?

<Tabs items={['npm', 'yarn']}>
  <Tabs.Tab>Run `npm i it`.</Tabs.Tab>
  <Tabs.Tab>Run `yarn add it`.</Tabs.Tab>
</Tabs>

<Callout type="info" emoji="i">Node 20 or newer.</Callout>

## Is it free?

See <Tooltip tip="for teams">the plans</Tooltip> <Icon icon="flag" />.
"""
GITBOOK = """\
# FAQ

## Where do I sign in?

{% tabs %}
{% tab title="Web" %}
Press **Sign in**.
{% endtab %}

{% tab title="Phone" %}
Open the app.
{% endtab %}
{% endtabs %}

{% hint style="info" %}
Use your work address.
{% endhint %}

## Is there a film?

{% embed url="https://x.example/film" %}

{% content-ref url="more.md" %}
[More](https://x.example/more)
{% endcontent-ref %}
"""
VITEPRESS = """\
# FAQ

## How do I update?

::: code-group
```sh [npm]
npm update
```
:::

::: details Why so?
It is quick.
:::

## Does it cost anything?

No.
"""


def test_tabs_and_notes_of_docusaurus(tmp_path):
    assert read(tmp_path, DOCUSAURUS) == [
        (
            "How do I install it?",
            (
                "**macOS**\n\nRun `brew install it`.\n\n**Windows**\n\nUse the installer.\n\n"
                "**Before you begin**\n\nMake a backup."
            ),
        ),
        (
            "Where is the log?",
            (
                "**Where**\nIn `log/`.\n\n1. Open it:\n\n"
                "    ```jsx\n    <Tabs>\n      <Log />\n    </Tabs>\n    ```\n\n"
                "2. import your data from the file, and replace <NAME>."
            ),
        ),
    ]


def test_accordions_of_mintlify_are_entries_whose_indentation_is_no_code(tmp_path):
    assert read(tmp_path, MINTLIFY) == [
        ("How do I pay?", "By card:\n\n- Visa\n  - Debit\n\n```sh\npay --card\n```"),
        (
            "Can I cancel?",
            (
                "**Open the settings**\nChoose **Plan**.\n\n**Press Cancel**\n"
                "You keep it until the month ends.\n\n**Prices**"
            ),
        ),
    ]


def test_tabs_of_nextra_are_named_by_their_list(tmp_path):
    assert read(tmp_path, NEXTRA) == [
        (
            "How do I add it?",
            "**npm**\n\nRun `npm i it`.\n\n**yarn**\n\nRun `yarn add it`.\n\nNode 20 or newer.",
        ),
        ("Is it free?", "See the plans ."),
    ]


def test_tabs_hints_and_embedded_pages_of_gitbook(tmp_path):
    assert read(tmp_path, GITBOOK, "a.md") == [
        (
            "Where do I sign in?",
            "**Web**\nPress **Sign in**.\n\n**Phone**\nOpen the app.\n\nUse your work address.",
        ),
        ("Is there a film?", "<https://x.example/film>\n\n[More](https://x.example/more)"),
    ]


def test_groups_and_details_of_vitepress(tmp_path):
    assert read(tmp_path, VITEPRESS, "a.md") == [
        ("How do I update?", "```sh [npm]\nnpm update\n```\n\n**Why so?**\nIt is quick."),
        ("Does it cost anything?", "No."),
    ]
