#!/usr/bin/env bash
# One real round through all three levels, by the API: 日巡查、周汇总、月调度、追溯.
#
#     docs/first-round.sh http://127.0.0.1:8000
#
# It needs bash 5.1, curl and python3, and a demo county behind the address (`make run`). It takes
# the next town whose week nobody has signed, so it can be run again and again. It stops with
# the problem document of the first request that fails.
#
# DEMO_PASSWORD=   the password of the demo's logins, if it is not the usual one
# RECEIPT_FILE=    keep the inspection's receipt there, for `flask receipts verify`

set -euo pipefail
export PYTHONUTF8=1

base="${1:?Usage: docs/first-round.sh BASE_URL}"
base="${base%/}"
password="${DEMO_PASSWORD:-grid2026}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# A very small JPEG.
picture='/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6j
q62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSk
pKSkpKSkpKSkpKT/wAARCABIAGADASIAAhEBAxEB/8QAFwABAQEBAAAAAAAAAAAAAAAAAAUBBP/EAB8QAQACAQQDAQAAAAAAAAAA
AAABAhQEQVFxIWKhEf/EABYBAQEBAAAAAAAAAAAAAAAAAAABAv/EABcRAQEBAQAAAAAAAAAAAAAAAAABESH/2gAMAwEAAhEDEQA/
AKQDCgAAAAAAAAAAAAAAAAAAAAAAnZFOJZOpjasz2bF6pCZk+n1k6mfzxXz2bDKqCVkX4qZF+KpsMqqJWRfipkX4qbDKqiXGpnes
T1Lcn0+rsMqmJsamN6zHUtyKcWNhlcoDDQAAAAAAAAAAAAAAAAAAAAAD/9k='

# --- what every step uses -------------------------------------------------------------------

steps=0
step() { # CHINESE ENGLISH: name the step that begins
    steps=$((steps + 1))
    printf '\n%2d  %s · %s\n' "$steps" "$1" "$2"
}

say() { printf '    %s\n' "$*"; }

call() { # METHOD PATH TOKEN [JSON, or QUERY]: print the answer, or stop with the problem
    local status arguments=(-sS -X "$1" -o "$work/answer" -w '%{http_code}')
    if [ -n "$3" ]; then arguments+=(-H "Authorization: Bearer $3"); fi
    if [ $# -gt 3 ] && [ "$1" = GET ]; then
        arguments+=(-G --data-urlencode "$4")
    elif [ $# -gt 3 ]; then
        arguments+=(-H 'Content-Type: application/json' --data-binary "$4")
    fi
    status="$(curl "${arguments[@]}" "$base/api/v1$2")"
    case "$status" in
        2??) cat "$work/answer" ;;
        *) printf '%s %s was answered with %s:\n' "$1" "$2" "$status" >&2
           cat "$work/answer" >&2
           return 1 ;;
    esac
}

look() { # EXPRESSION: print what it finds in the JSON document d on standard input
    python3 -Sc 'import json, sys
text = sys.stdin.read() or sys.exit(1)  # nothing came, and why has been said
d = json.loads(text)
print(eval("(" + sys.argv[1] + ")"))' "$1"
}

json() { # NAME=TEXT NAME:=JSON ...: print a JSON object
    python3 -Sc 'import json, sys
pairs = [word.partition("=") for word in sys.argv[1:]]
print(json.dumps({
    name.rstrip(":"): json.loads(value) if name.endswith(":") else value
    for name, _, value in pairs
}))' "$@"
}

uuid7() { # print a new UUIDv7: the client makes the ids, so that sending again is safe
    local ms=$((${EPOCHREALTIME/[.,]/} / 1000))
    printf '%08x-%04x-7%03x-%04x-%04x%04x%04x\n' $((ms >> 16)) $((ms & 0xffff)) \
        $((SRANDOM & 0xfff)) $((0x8000 | SRANDOM & 0x3fff)) \
        $((SRANDOM & 0xffff)) $((SRANDOM & 0xffff)) $((SRANDOM & 0xffff))
}

moment() { # MINUTES: print the moment so many minutes ago
    TZ=UTC printf '%(%Y-%m-%dT%H:%M:%S)T.%sZ\n' $((EPOCHSECONDS - 60 * $1)) "${EPOCHREALTIME#*[.,]}"
}

day() { # DAYS: print the local day that many days from now
    TZ=UTC-8 printf '%(%Y-%m-%d)T\n' $((EPOCHSECONDS + 86400 * $1))
}

sign_in() { # LOGIN: print a token for the API, as a phone gets it
    call POST /sessions '' "$(json login="$1" password="$password" \
        device:='{"kind": "phone", "name": "first-round.sh"}')" | look 'd["token"]'
}

login_of() { # PERSON_ID NAME: print the login of somebody
    call GET /people "$office" "q=$2" |
        look "next(one['login'] for one in d['items'] if one['id'] == '$1')"
}

take_photo() { # FILE: write a picture like no other, and print its SHA-256
    python3 -Sc 'import hashlib, os, sys
from base64 import b64decode
picture, mark = b64decode(sys.argv[1]), os.urandom(16)
unlike = picture[:2] + b"\xff\xfe\x00\x12" + mark + picture[2:]  # a JPEG comment
open(sys.argv[2], "wb").write(unlike)
print(hashlib.sha256(unlike).hexdigest())' "$picture" "$1"
}

upload() { # FILE SHA256 TOKEN: send a photo by tus 1.0 (https://tus.io): announce it, send it
    local size told place
    size="$(wc -c < "$1" | tr -d ' ')"
    told="sha256 $(printf %s "$2" | base64 | tr -d '\n'),filetype $(printf image/jpeg | base64)"
    place="$(curl -sS -f -X POST -o /dev/null -D - "$base/api/v1/media" \
        -H "Authorization: Bearer $3" -H 'Tus-Resumable: 1.0.0' \
        -H "Upload-Length: $size" -H "Upload-Metadata: $told" |
        tr -d '\r' | sed -n 's/^[Ll]ocation: //p')"
    curl -sS -f -X PATCH -o /dev/null -D - "$base$place" --data-binary "@$1" \
        -H "Authorization: Bearer $3" -H 'Tus-Resumable: 1.0.0' -H 'Upload-Offset: 0' \
        -H 'Content-Type: application/offset+octet-stream' |
        tr -d '\r' | sed -n 's/^[Mm]edia-[Rr]eceipt: //p' | base64 -d |
        look '"the photo has arrived, line %s of the trail" % d["audit_seq"]'
}

photo_said() { # SHA256 PURPOSE MOMENT: print how a record declares a photo
    json sha256="$2" purpose="$1" taken_at="$3"
}

act() { # TOKEN [NAME=TEXT ...]: take an action on the issue, as of the version that was read
    local token="$1"
    shift
    call POST "/issues/$issue/actions" "$token" \
        "$(json id="$(uuid7)" made_at="$(moment 0)" version:="$version" "$@")" > "$work/acted"
    version="$(look 'd["issue"]["version"]' < "$work/acted")"
    say "$(look '"%s: %s → %s" % (d["issue"]["number"], d["action"]["from_state"], d["action"]["to_state"])' \
        < "$work/acted")"
}

# --- where the round goes -------------------------------------------------------------------

step '找到下一个未签字的乡镇周报' 'The next town whose week nobody has signed'
office="$(sign_in dispatch1)"
call GET /weekly-summaries "$office" > "$work/weeks"
summary="$(look '(lambda this: next(iter(sorted(
    (i["week"], i["grid"]["code"], i["id"]) for i in d["items"]
    if i["state"] in ("draft", "returned") and i["week"] < this)), ("", "", ""))[2])(
    "%d-W%02d" % __import__("datetime").date.fromisoformat("'"$(day 0)"'").isocalendar()[:2])' \
    < "$work/weeks")"
is_unsigned=yes
if [ -z "$summary" ]; then # all are signed: what has been signed can be read again
    is_unsigned=
    summary="$(look 'next(i["id"] for i in d["items"] if i["state"] in ("signed", "accepted"))' \
        < "$work/weeks")"
fi
call GET "/weekly-summaries/$summary" "$office" > "$work/week"
town="$(look 'd["grid"]["id"]' < "$work/week")"
say "$(look '"%s, %s: %s" % (d["grid"]["name"], d["week"], d["state"])' < "$work/week")"

call GET "/grids/$town" "$office" > "$work/town"
person_of() { # ROLE MEMBER: print who holds it in the town
    look "next(h['person']['$2'] for h in d['holders'] if h['role'] == '$1' and h['person'])" < "$work/town"
}
head_login="$(login_of "$(person_of grid_head id)" "$(person_of grid_head name)")"
deputy_login="$(login_of "$(person_of deputy_head id)" "$(person_of deputy_head name)")"
say "网格长 $head_login, 副网格长 $deputy_login"

# An officer of the town who has not closed the day yet, best where visits are owed; if all
# have, an earlier open day.
owing="$(call GET "/coverage-debt?grid=$town" "$office" |
    look '" ".join(dict.fromkeys(i["grid"]["id"] for i in d["items"] if i["grid"]["level"] == 3))')"
villages="$owing $(look '" ".join(g["id"] for g in d["children"] if g["level"] == 3)' < "$work/town")"
officer='' grid='' today=''
for date in $(for n in 0 -1 -2 -3 -4 -5 -6 -7; do day "$n"; done); do
    closed="$(call GET "/day-closes?grid=$town&from=$date&until=$date&limit=500" "$office" |
        look '" ".join(one["officer"]["id"] for one in d["items"])')"
    for village in $villages; do
        found="$(call GET "/grids/$village" "$office" | look 'next(
            (h["person"]["id"] + " " + h["person"]["name"] for h in d["holders"]
             if h["role"] == "grid_officer" and h["person"]), "")')"
        [ -n "$found" ] || continue
        case " $closed " in *" ${found%% *} "*) continue ;; esac
        officer="$found" grid="$village" today="$date"
        break 2
    done
done
[ -n "$officer" ] || { echo 'Every officer of the town has closed this week.' >&2; exit 1; }

# --- 三级: the day --------------------------------------------------------------------------

step '网格员登录' 'The officer signs in on a phone'
login="$(login_of "${officer%% *}" "${officer#* }")"
officer="$(sign_in "$login")"
say "$login"
call GET /me "$officer" | look '"    %s: %s" % (
    d["person"]["name"], ", ".join(x["role"] + " " + x["subject"]["name"] for x in d["duties"]))'

step '今日应巡' 'The visits that are due'
call GET "/due-visits?grid=$grid" "$officer" > "$work/due"
look '"    %s: %s due, %s made, rules %s" % (
    d["grid"]["name"], len(d["items"]), d["visited"], d["rule_set"])' < "$work/due"
call GET "/enterprises?grid=$grid&limit=500" "$officer" > "$work/registry"
chosen="$(python3 -Sc 'import json, sys
due, registry = (json.load(open(path))["items"] for path in sys.argv[1:])
left = [item["enterprise"]["id"] for item in due if not item["visited_today"]]
known = {one["id"]: one for one in registry}
wanted = [known[id] for id in left if id in known] or registry
print(json.dumps(wanted[0]))' "$work/due" "$work/registry")"
printf '%s' "$chosen" > "$work/enterprise"
enterprise="$(look 'd["id"]' < "$work/enterprise")"
place="$(look 'json.dumps(d["location"])' < "$work/enterprise")"
say "$(look '"%s %s (%s)" % (d["code"], d["name"], d["supervision_class"])' < "$work/enterprise")"

step '开始巡查' 'A patrol begins'
patrol="$(uuid7)"
call PUT "/patrols/$patrol" "$officer" "$(json made_at="$(moment 25)" grid_id="$grid" \
    position:="$place" crs=wgs84 accuracy_m:=8)" |
    look '"    began %s; receipt: line %s of the trail" % (
        d["patrol"]["occurred_at"], d["receipt"]["audit_seq"])'

step '检查企业：清单、定位、照片' 'An inspection: checklist, position, photo'
seen_at="$(moment 12)"
photo="$(take_photo "$work/before.jpg")"
call GET /checklists "$officer" > "$work/checklists"
kind="$(look 'd["kind"]' < "$work/enterprise")"
checklist="$(look "max((c for c in d['items'] if c['object_kind'] in ('$kind', 'other')),
    key=lambda c: (c['object_kind'] == '$kind', c['version']))['id']" < "$work/checklists")"
answers="$(look "json.dumps([{'item': item['item'], 'result': 'ok' if n else 'problem'}
    for c in d['items'] if c['id'] == '$checklist' for n, item in enumerate(c['items'])])" \
    < "$work/checklists")"
inspection="$(uuid7)"
said="$(json made_at="$seen_at" enterprise_id="$enterprise" patrol_id="$patrol" \
    checklist_id="$checklist" answers:="$answers" findings='料堆没有盖好，有扬尘' \
    position:="$place" crs=wgs84 accuracy_m:=8 \
    photos:="[$(photo_said scene "$photo" "$seen_at")]")"
call PUT "/inspections/$inspection" "$officer" "$said" > "$work/inspection"
look '"    result %s, flags %s; receipt: line %s of the trail" % (d["inspection"]["result"],
    [flag["kind"] if "kind" in flag else flag for flag in d["inspection"]["flags"]] or "none",
    d["receipt"]["audit_seq"])' < "$work/inspection"
call PUT "/inspections/$inspection" "$officer" "$said" > "$work/again"
look '"    sent again: the same receipt, "
    + ("byte for byte" if d == json.load(open("'"$work/inspection"'")) else "but it differs")' \
    < "$work/again"
say "$(upload "$work/before.jpg" "$photo" "$officer")"
if [ -n "${RECEIPT_FILE:-}" ]; then look 'json.dumps(d["receipt"])' < "$work/inspection" > "$RECEIPT_FILE"; fi
call GET /receipts/public-key '' | look '"    anybody can check it: flask receipts verify FILE --public-key "
    + d["public_key"][:16] + "…"'

step '发现问题，上报' 'A problem is reported'
issue="$(uuid7)"
call PUT "/issues/$issue" "$officer" "$(json made_at="$(moment 10)" category=dust \
    severity=ordinary description='砂石料堆未苫盖，风起有扬尘' enterprise_id="$enterprise" \
    inspection_id="$inspection" photos:="[$(photo_said before "$photo" "$seen_at")]")" > "$work/issue"
version="$(look 'd["issue"]["version"]' < "$work/issue")"
look '"    %s: %s, relapses %s" % (
    d["issue"]["number"], d["issue"]["state"], d["issue"]["relapses"])' < "$work/issue"

step '轨迹和巡查结束一批上传' 'The track and the end of the patrol, in one batch'
points="$(look 'json.dumps([[d["location"]["coordinates"][0] + n / 1e4, d["location"]["coordinates"][1],
    int(__import__("time").time()) - 1440 + n * 60, 8.0] for n in range(20)])' < "$work/enterprise")"
ended_at="$(moment 1)"
track="$(json patrol_id="$patrol" made_at="$ended_at" seq:=0 crs=wgs84 points:="$points")"
end="$(json patrol_id="$patrol" made_at="$ended_at" facts:='{"points": 20, "visits": 1}')"
call POST /sync/push "$officer" "$(json records:="[
    $(json kind=track id="$(uuid7)" made_at="$ended_at" device_seq:=1 body:="$track"),
    $(json kind=patrol_end id="$(uuid7)" made_at="$ended_at" device_seq:=2 body:="$end")]")" \
    > "$work/pushed"
look '"    verdicts: " + ", ".join(v["verdict"] for v in d["verdicts"])' < "$work/pushed"
[ "$(look 'all(v["verdict"] == "accepted" for v in d["verdicts"])' < "$work/pushed")" = True ] ||
    { cat "$work/pushed" >&2; exit 1; }

step '日结' 'The day is closed'
call GET "/my-day?date=$today" "$officer" > "$work/mine"
counted() { look "next(g['$1'] for g in d['grids'] if g['grid']['id'] == '$grid')" < "$work/mine"; }
call GET "/due-visits?grid=$grid&date=$today" "$officer" > "$work/due"
unvisited="$(look 'json.dumps([{"enterprise_id": i["enterprise"]["id"], "reason": "当日未及"}
    for i in d["items"] if not i["visited_today"]][:500])' < "$work/due")"
call PUT "/day-closes/$(uuid7)" "$officer" "$(json made_at="$(moment 0)" grid_id="$grid" \
    day="$today" visits:="$(counted visits)" problems:="$(counted problems)" \
    unvisited:="$unvisited")" |
    look '"    %s: %s visits, %s problems, %s not visited; receipt: line %s of the trail" % (
        d["day_close"]["day"], d["day_close"]["visits"], d["day_close"]["problems"],
        len(d["day_close"]["unvisited"]), d["receipt"]["audit_seq"])'

# --- 整改: the problem ----------------------------------------------------------------------

step '网格长交办' 'The town head assigns it: unit, person, deadline'
head="$(sign_in "$head_login")"
unit="$(call GET /units "$head" | look "next(u['id'] for u in d['items']
    if u['code'] == '${head_login%%.*}.huanjing')")"
owner="$(call GET "/duties?subject_id=$unit" "$head" | look 'd["items"][0]["person"]["id"]')"
act "$head" action=assign unit_id="$unit" owner_id="$owner" due_on="$(day 5)" \
    requirement='三日内全部苫盖，并落实专人喷淋'
look '"    %s, %s, until %s" % (d["issue"]["lead_unit"]["name"], d["issue"]["owner"]["name"],
    d["issue"]["due_at"])' < "$work/acted"

step '整改情况上报，附照片' 'The owner reports the rectification, with a photo'
liaison="$(sign_in "${head_login%%.*}.huanjing")"
after="$(take_photo "$work/after.jpg")"
act "$liaison" action=submit note='已全部苫盖，喷淋开启' \
    photos:="[$(photo_said after "$after" "$(moment 0)")]"
say "$(upload "$work/after.jpg" "$after" "$liaison")"

step '另一人验收' 'Somebody else accepts it'
deputy="$(sign_in "$deputy_login")"
act "$deputy" action=accept note='现场复核，符合要求'

step '销号，安排回头看' 'It is closed, and a look-back is scheduled'
act "$head" action=close look_back_on="$(day 30)"
look '"    look back on " + d["issue"]["look_back_on"]' < "$work/acted"

# --- 二级: the week -------------------------------------------------------------------------

step '周汇总' 'The week of the town has built itself'
call GET "/weekly-summaries/$summary" "$head" > "$work/week"
look '"\n".join("    %-16s %s" % (key, n["made"] if n["due"] is None else "%s of %s" % (n["made"], n["due"]))
    for key, n in d["content"]["numbers"].items())' < "$work/week"
look '"\n".join("    not reported: %s, %s" % (i["grid"]["name"], ", ".join(i["days"]))
    for e in d["exceptions"] if e["key"] == "not_reported" for i in e["items"]) or "    all reported"' \
    < "$work/week"

step '从数字看到记录' 'From a number to its records'
call GET "/weekly-summaries/$summary/records?number=patrol_days" "$head" > "$work/records"
look '"    patrol_days: %s records; the first: %s" % (d["count"],
    d["items"] and "%s %s %s" % tuple(d["items"][0][k] for k in ("kind", "title", "at")))' \
    < "$work/records"

if [ -n "$is_unsigned" ]; then
    step '逐项说明，签字' 'A word for each red exception, then the signature'
    for key in $(look '" ".join(e["key"] for e in d["exceptions"] if e["needs_word"])' < "$work/week"); do
        call POST "/weekly-summaries/$summary:remark" "$head" "$(json key="$key" \
            version:="$(look 'd["version"]' < "$work/week")" \
            word='已逐一核实，责令补齐，下周复查')" > "$work/remarked"
        mv "$work/remarked" "$work/week"
        say "a word for: $key"
    done
    call POST "/weekly-summaries/$summary:sign" "$head" "$(json comment='情况属实' \
        version:="$(look 'd["version"]' < "$work/week")")" > "$work/signed"
    look '"    %s by %s, frozen: %s, %s…" % (
        d["state"], d["signed_by"]["name"], d["frozen"], d["snapshot_digest"][:23])' < "$work/signed"

    step '网格办接收' 'The dispatcher accepts it'
    call POST "/weekly-summaries/$summary:accept" "$office" |
        look '"    %s by %s" % (d["state"], d["accepted_by"]["name"])'
else
    say 'Every finished week is signed already: nothing to sign until Monday.'
fi

# --- 一级: the month ------------------------------------------------------------------------

step '月调度：排名、超期' 'The month: ranking, overdue and relapsed issues'
dispatch="$(call GET /monthly-dispatches "$office" | look 'd["items"][0]["id"]')"
call GET "/monthly-dispatches/$dispatch" "$office" > "$work/month"
look '"\n".join(["    " + d["month"]] + ["    %s  %s  closed on time %s, patrol days %s, visits %s" % (
    t["rank"] or "—", t["grid"]["name"], *("%s/%s" % (t["numbers"][k]["made"], t["numbers"][k]["due"])
    if t["numbers"][k]["due"] else "—" for k in ("closed_on_time", "patrol_days", "visits")))
    for t in d["ranking"]])' < "$work/month"
look '"    overdue: %s, relapsed: %s" % tuple(
    ", ".join(i["number"] for i in d[key][:5]) or "none" for key in ("overdue", "relapsed"))' \
    < "$work/month"

step '下发调度令' 'One dispatch order to the town'
order="$(uuid7)"
call POST /dispatch-orders "$office" "$(json id="$order" dispatch_id="$dispatch" \
    addressee_id="$town" requirement='未巡查村逐村补查，按日报送' measured_by=patrol_days \
    due_on="$(day 7)")" |
    look '"    调度令〔%s〕%d号 to %s, due %s" % (d["number"][:4], int(d["number"][5:]),
        d["addressee"]["name"], d["due_on"])'

step '乡镇回复' 'The town answers'
call POST "/dispatch-orders/$order:reply" "$head" "$(json reply='已安排各村补查，每日报送')" |
    look '"    %s at %s: %s" % (d["replied_by"]["name"], d["replied_at"], d["reply"])'

# --- 责任追究: the trace --------------------------------------------------------------------

step '追溯这家企业' 'The trace of the enterprise, and who was responsible at that moment'
enforcement="$(sign_in enforce1)"
call GET "/trace/enterprise/$enterprise?at=$(look 'd["inspection"]["occurred_at"]' < "$work/inspection")" \
    "$enforcement" > "$work/trace"
look '"    %s: %s visits, %s missing, %s issues" % (d["subject"]["name"], *(len(d["lanes"][k])
    for k in ("visits", "missing_visits", "issues")))' < "$work/trace"
look '"\n".join("    %s: %s" % (one["role"], one["person"]["name"] if one["person"] else "空缺 vacant")
    for one in d["responsible_at"])' < "$work/trace"

step '交接前后谁负责' 'Who answered before and after a handover'
call GET '/enterprises?q=PS-00001' "$office" > "$work/found"
subject="$(look 'next((e["id"] for e in d["items"]), "'"$enterprise"'")' < "$work/found")"
call GET "/trace/enterprise/$subject?verify=true" "$enforcement" > "$work/trace"
look '"\n".join(["    " + d["subject"]["code"] + " " + d["subject"]["name"]] + ["    %s: %s, %s — %s" % (
    one["role"], one["person"]["name"] if one["person"] else "空缺 vacant",
    (one["from"] or "…")[:10], (one["until"] or "…")[:10]) for one in d["lanes"]["responsibility"]
    if one["role"] in ("responsible_person", "grid_officer")])' < "$work/trace"
look '"    its %s lines of the trail: %s" % (
    d["audit"]["lines"], "verified" if d["audit"]["verified"] else d["audit"]["first_break"])' \
    < "$work/trace"

step '审计链校验' 'The whole trail is verified'
call GET /audit/verify "$(sign_in audit1)" > "$work/verified"
look '"    %s lines, %s" % (d["lines"], "the trail holds" if d["holds"] else d["break"])' < "$work/verified"
[ "$(look 'd["holds"]' < "$work/verified")" = True ]

printf '\n完成 · Done: %s steps.\n' "$steps"
