"""The policy of these tests: ordinary matters have hours, prominent ones seconds, so that some clocks run out."""

RULES = """\
version: system/1
time_zone: Asia/Shanghai
first_tier: {ordinary: village, prominent: village, major: town}
clocks:
  village:
    ordinary: {accept: PT4H, handle: P1D}
    prominent: {accept: PT3S, handle: PT3S}
    major: {accept: PT4H, handle: P1D}
  town:
    ordinary: {accept: PT4H, handle: P1D}
    prominent: {accept: PT3S, handle: PT3S}
    major: {accept: PT4H, handle: P1D}
  county:
    ordinary: {accept: PT4H, handle: P1D}
    prominent: {accept: PT3S, handle: PT3S}
    major: {accept: PT4H, handle: P1D}
missed: {accept: escalate, handle: escalate}
skips:
  - {from_tier: village, to_tier: county, severities: [prominent]}
revisit: {due: PT4S, calls: 2, reopen_on: [dissatisfied, relapse], plans: {major: [PT4S, P30D]}, ahead: P60D}
supervision:
  rules:
    - {reason: relapsed-again, reopened: 1}
  leaders: {village: post/village, town: post/town, county: post/county}
  remind: {ordinary: PT1H, major: PT3S}
whistle:
  rings:
    1-minute: {acknowledge: PT1S, arrive: PT1S, support: PT1M, result: PT1M, grace: PT1S}
    3-minutes: {acknowledge: PT1M, arrive: PT3M, support: PT30M, result: PT2H, grace: PT1M}
    slow: {acknowledge: PT4H, support: P1D, result: P1D, grace: P1D}
mediation: {hold_within: P10D, grace: PT1S, agreement_required: false}
"""
