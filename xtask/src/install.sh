# Runs a command (apt-get) as root while no service may start and no database cluster is made.
#
# $1 the policy file, usually /usr/sbin/policy-rc.d; a former one is put back at the end, also after Ctrl-C or a
#    failure; if this very script was killed, at the start of its next run
# $2 folder of additional settings for new PostgreSQL clusters
# $3 systemd units that must not start at the next boot, separated by spaces
# $4… the command
set -u
policy=$1 clusters=$2 units=$3
shift 3
saved=$policy.bailiwick-saved
absent=$policy.bailiwick-absent
setting=$clusters/bailiwick.conf
made=

exists() { [ -e "$1" ] || [ -L "$1" ]; }

restore() {
    trap '' INT TERM HUP
    if exists "$saved"; then
        mv -f "$saved" "$policy"
    elif exists "$absent"; then
        rm -f "$policy"
    fi
    rm -f "$absent" "$policy.bailiwick-new" "$setting"
    if [ -n "$made" ]; then rmdir "$clusters" 2>/dev/null; fi
    return 0
}

exec 9<"$(dirname "$policy")"
flock 9
restore
trap restore EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

printf '#!/bin/sh\nexit 101\n' >"$policy.bailiwick-new" && chmod 755 "$policy.bailiwick-new" || exit 1
if exists "$policy"; then
    mv "$policy" "$saved" || exit 1
else
    : >"$absent" || exit 1
fi
mv "$policy.bailiwick-new" "$policy" || exit 1

case " $* " in
*" postgresql "*)
    if [ ! -d "$clusters" ]; then
        mkdir -p "$clusters" && made=yes
    fi
    echo 'create_main_cluster = false' >"$setting" || exit 1
    ;;
esac
case " $* " in
*" postfix "*) echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections || exit 1 ;;
esac

export DEBIAN_FRONTEND=noninteractive LC_ALL=C
"$@" </dev/null 9<&- || exit

if [ -n "$units" ] && [ -d /run/systemd/system ]; then
    # shellcheck disable=SC2086
    systemctl disable --quiet $units || :
fi
