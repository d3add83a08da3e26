"""What a process says of its own work to Prometheus: the one table of names, and what is counted as it happens.

Labels are few and their values are known beforehand. None is a person, an area or an incident.
"""

from dataclasses import dataclass
from typing import Literal

import prometheus_client
from opentelemetry.trace import get_current_span
from prometheus_client import Counter, Histogram

# They would be a series beside each one, for what the start of the process says as well.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]

Kind = Literal["gauge", "counter", "histogram", "info"]
MOST_ROWS = (1, 5, 20, 100, 300, 700, 1500)
BRIEF_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15)
ANSWER_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15)
LATE_S = (0.5, 1, 2.5, 5, 15, 60, 300, 900, 3600, 4 * 3600, 24 * 3600)


@dataclass(frozen=True, slots=True)
class Series:
    """One name in a scrape, without what the text format adds to it (`_total`, `_bucket`, `_info`)."""

    name: str
    kind: Kind
    unit: str
    zh: str
    en: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    @property
    def help(self) -> str:
        """What it is, for both readers."""
        return f"{self.zh} {self.en}"

    @property
    def scraped(self) -> tuple[str, ...]:
        """The names its samples have."""
        match self.kind:
            case "gauge":
                return (self.name,)
            case "counter":
                return (f"{self.name}_total",)
            case "info":
                return (f"{self.name}_info",)
            case "histogram":
                return (f"{self.name}_bucket", f"{self.name}_count", f"{self.name}_sum")


BATCH = Series(
    "fengqiao_batch_events", "histogram", "events", "每批读取的事件数。",
    "Records taken from Kafka at once.", buckets=MOST_ROWS,
)  # fmt: skip
STAGE = Series(
    "fengqiao_stage_seconds", "histogram", "seconds", "每批各阶段用时。",
    "How long a batch took in each stage.", ("stage",), BRIEF_S,
)  # fmt: skip
SENT = Series(
    "fengqiao_sent_events", "counter", "events", "已由发件箱送达的事件数。",
    "Events of the outbox that the broker has acknowledged.",
)  # fmt: skip
FIRED = Series(
    "fengqiao_deadlines_fired", "counter", "", "已触发的期限数。", "Deadlines that passed and were acted on.",
)  # fmt: skip
LATE = Series(
    "fengqiao_deadline_late_seconds", "histogram", "seconds", "每批到期期限中最迟一个的延迟。",
    "How late the most overdue deadline of each batch was.", buckets=LATE_S,
)  # fmt: skip
HTTP = Series(
    "fengqiao_http_seconds", "histogram", "seconds", "从请求到开始回答的时间，按路由模板。",
    "From a request until its answer begins, by route template and class of status.",
    ("method", "route", "status"), ANSWER_S,
)  # fmt: skip
REFUSED = Series(
    "fengqiao_http_refused", "counter", "", "因超出限额而未受理的请求数，按请求类别与原因。",
    "Requests refused because their sender, or all together, asked too much, by kind of request and reason.",
    ("kind", "reason"),
)  # fmt: skip
LAG = Series(
    "fengqiao_consumer_lag_events", "gauge", "events", "本进程分区中尚未处理的事件数。",
    "Records of this process's partitions not yet applied; absent while nobody can tell.", ("group",),
)  # fmt: skip
PROGRESS = Series(
    "fengqiao_progress_age_seconds", "gauge", "seconds", "有积压而无进展的持续时间，60 秒后进程自行结束。",
    "For how long there has been work without progress; the watchdog ends the process at 60.", ("group",),
)  # fmt: skip
HELD = Series(
    "fengqiao_consumer_held", "gauge", "", "为 1 时消费暂停：等待依赖，或死信额度用尽。",
    "1 while consuming is held: a dependency is away, or the budget is spent.", ("group",),
)  # fmt: skip
SPENT = Series(
    "fengqiao_budget_spent", "gauge", "", "为 1 时死信额度已用尽，须人工处理。",
    "1 while the dead-letter budget is spent and an operator has to look.", ("group",),
)  # fmt: skip
LEADER = Series(
    "fengqiao_relay_leader", "gauge", "", "为 1 时本进程负责发送本库的发件箱。",
    "1 while this process sends the outbox of its database.",
)  # fmt: skip
UNSENT = Series(
    "fengqiao_outbox_unsent_events", "gauge", "events", "发件箱中尚未送出的事件数（最多数到十万）。",
    "Events of the outbox not yet sent, counted up to 100,000.",
)  # fmt: skip
OLDEST = Series(
    "fengqiao_outbox_oldest_seconds", "gauge", "seconds", "最早一个未送出事件的等待时间；没有则为 0。",
    "Age of the first event not yet sent; 0 when there is none.",
)  # fmt: skip
QUEUE = Series(
    "fengqiao_queue_rows", "gauge", "rows", "其他待发布队列的行数（最多数到十万）。",
    "Rows of another table that wait to be published, counted up to 100,000.", ("queue",),
)  # fmt: skip
WAITING = Series(
    "fengqiao_held_events", "gauge", "events", "等待前序事件的事件数（最多数到十万）。",
    "Events that wait for one before them, counted up to 100,000.",
)  # fmt: skip
WAITED = Series(
    "fengqiao_held_oldest_seconds", "gauge", "seconds", "最早一个等待前序事件的等待时间；没有则为 0。",
    "For how long the first of the held events has waited; 0 when there is none.",
)  # fmt: skip
LETTERS = Series(
    "fengqiao_dead_letters", "gauge", "letters", "尚未了结的死信数，按状态与种类。",
    "Dead letters that are not settled, by status and kind.", ("status", "kind"),
)  # fmt: skip
UNRAISED = Series(
    "fengqiao_deadlines_unraised", "gauge", "", "已过一分钟而未触发的期限数，应为 0。",
    "Deadlines that passed more than a minute ago and were not fired; 0 as long as the clock works.",
)  # fmt: skip
READY = Series(
    "fengqiao_ready", "gauge", "", "就绪条件：1 成立，0 不成立。",
    "A condition of /ready: 1 when it holds.", ("condition",),
)  # fmt: skip
DOUBT = Series(
    "fengqiao_doubt", "gauge", "", "不影响接收请求的异常：1 存在，0 没有。",
    "Trouble that does not stop work from being sent here: 1 while there is.", ("condition",),
)  # fmt: skip
SCHEMA = Series(
    "fengqiao_schema_migration", "gauge", "", "最新迁移编号：程序所知与数据库所用。",
    "Number of the newest migration, as the program knows it and as the database has it.", ("scope", "side"),
)  # fmt: skip
MEMORY_LIMIT = Series(
    "fengqiao_memory_limit_bytes", "gauge", "bytes", "容器内存上限；没有上限则缺省。",
    "Memory the container may use; absent where there is no bound.",
)  # fmt: skip
BUILD = Series(
    "fengqiao_build", "info", "", "版本：程序、规则、数据库结构。", "What runs: release, policy, schema.",
    ("version", "policy", "schema"),
)  # fmt: skip
TABLE: tuple[Series, ...] = (
    BATCH, STAGE, SENT, FIRED, LATE, HTTP, REFUSED, LAG, PROGRESS, HELD, SPENT, LEADER, UNSENT, OLDEST, QUEUE, WAITING,
    WAITED, LETTERS, UNRAISED, READY, DOUBT, SCHEMA, MEMORY_LIMIT, BUILD,
)  # fmt: skip


def _histogram(one: Series) -> Histogram:
    return Histogram(one.name, one.help, one.labels, unit=one.unit, buckets=one.buckets, registry=None)


def _counter(one: Series) -> Counter:
    return Counter(one.name, one.help, one.labels, unit=one.unit, registry=None)


batch_events = _histogram(BATCH)
stage_seconds = _histogram(STAGE)
sent_events = _counter(SENT)
deadlines_fired = _counter(FIRED)
deadline_late = _histogram(LATE)
http_seconds = _histogram(HTTP)
http_refused = _counter(REFUSED)
COUNTED = (
    batch_events, stage_seconds, sent_events, deadlines_fired, deadline_late, http_seconds, http_refused,
)  # fmt: skip
"""What is counted as it happens: a few times a batch, never for each event."""


def exemplar() -> dict[str, str] | None:
    """The trace in which something happens, where one is recorded: a scrape may show it beside a bucket."""
    context = get_current_span().get_span_context()
    if not (context.is_valid and context.trace_flags.sampled):
        return None
    return {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}
