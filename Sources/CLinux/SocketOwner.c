#include "CLinux.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

// One exact question to the kernel's table of sockets: no list is read.
static int ask(int netlink, int family, const void *address, uint16_t port, const void *peer, uint16_t peer_port) {
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 request;
    } message;
    memset(&message, 0, sizeof message);
    size_t length = family == AF_INET ? 4 : 16;
    message.header.nlmsg_len = sizeof message;
    message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    message.header.nlmsg_flags = NLM_F_REQUEST;
    message.request.sdiag_family = (uint8_t)family;
    message.request.sdiag_protocol = IPPROTO_TCP;
    message.request.idiag_states = ~0u;
    message.request.id.idiag_sport = htons(port);
    message.request.id.idiag_dport = htons(peer_port);
    memcpy(message.request.id.idiag_src, address, length);
    memcpy(message.request.id.idiag_dst, peer, length);
    message.request.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
    message.request.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    ssize_t sent = sendto(netlink, &message, sizeof message, 0, (struct sockaddr *)&kernel, sizeof kernel);
    return sent == (ssize_t)sizeof message ? 0 : -1;
}

static int answer(int netlink, uint32_t *uid) {
    char buffer[4096] __attribute__((aligned(NLMSG_ALIGNTO)));
    ssize_t count = recv(netlink, buffer, sizeof buffer, 0);
    if (count < 0) return -1;
    struct nlmsghdr *header = (struct nlmsghdr *)buffer;
    if (!NLMSG_OK(header, (size_t)count)) { errno = EPROTO; return -1; }
    if (header->nlmsg_type == NLMSG_ERROR) {
        struct nlmsgerr *error = NLMSG_DATA(header);
        errno = error->error ? -error->error : EPROTO;
        return -1;
    }
    if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY
        || header->nlmsg_len < NLMSG_LENGTH(sizeof(struct inet_diag_msg))) {
        errno = EPROTO;
        return -1;
    }
    struct inet_diag_msg *found = NLMSG_DATA(header);
    // A socket that its process has closed has no inode, and says that root owns it.
    if (found->idiag_inode == 0) { errno = ENOENT; return -1; }
    *uid = found->idiag_uid;
    return 0;
}

int clinux_socket_owner(const struct sockaddr *address, const struct sockaddr *peer, uint32_t *uid) {
    const void *source, *target;
    uint16_t port, peer_port;
    if (address->sa_family != peer->sa_family) { errno = EAFNOSUPPORT; return -1; }
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *one = (const struct sockaddr_in *)address, *other = (const struct sockaddr_in *)peer;
        source = &one->sin_addr, target = &other->sin_addr;
        port = ntohs(one->sin_port), peer_port = ntohs(other->sin_port);
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *one = (const struct sockaddr_in6 *)address;
        const struct sockaddr_in6 *other = (const struct sockaddr_in6 *)peer;
        source = &one->sin6_addr, target = &other->sin6_addr;
        port = ntohs(one->sin6_port), peer_port = ntohs(other->sin6_port);
    } else {
        errno = EAFNOSUPPORT;
        return -1;
    }
    int netlink = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (netlink < 0) return -1;
    struct timeval patience = {.tv_sec = 1};
    setsockopt(netlink, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    int result = ask(netlink, address->sa_family, source, port, target, peer_port);
    if (result == 0) result = answer(netlink, uid);
    int code = errno;
    close(netlink);
    errno = code;
    return result;
}

int clinux_is_listened_at(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) return 0;
    strcpy(address.sun_path, path);
    int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (file < 0) return 0;
    int result = connect(file, (struct sockaddr *)&address, sizeof address) == 0;
    close(file);
    return result;
}
