// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ChannelTerms, VirtualTerms } from "../../src/interfaces/SluiceTypes.sol";

/// @notice What the contract ought to hold, kept in plain fields: nothing packed, nothing hashed away.
struct ChannelModel {
    ChannelTerms terms;
    bytes32 id;
    uint256[2] deposits;
    uint256[2] withdrawn;
    uint64[2] seq;
    uint256[2] paid;
    uint256[2] locked;
    uint256 closesAt;
    bool settled;
    bool closed;
    uint256[2] pool;
    // roots and leaves never change: every voucher with locks holds the same three
    bytes32[2] root;
    bool[3][2] unlocked;
}

struct VirtualModel {
    VirtualTerms terms;
    bytes32 id;
    uint256 amount;
    uint256 finalAt;
}

/// @notice The rules of the protocol's section 4, written for clarity.
library Model {
    function isOver(ChannelModel storage c) internal view returns (bool) {
        return c.settled || c.closed;
    }

    function pot(ChannelModel storage c) internal view returns (uint256) {
        return c.deposits[0] + c.deposits[1] - c.withdrawn[0] - c.withdrawn[1];
    }

    /// @dev What the contract still holds for this channel.
    function held(ChannelModel storage c) internal view returns (uint256) {
        if (c.closed) return 0;
        return c.settled ? c.pool[0] + c.pool[1] : pot(c);
    }

    function balance(ChannelModel storage c, uint256 party) internal view returns (int256) {
        return int256(c.deposits[party]) - int256(c.withdrawn[party]);
    }

    /// @return shares What each side is due at once, the pools taken out.
    function settle(ChannelModel storage c) internal returns (uint256[2] memory shares) {
        int256 a = balance(c, 0) - int256(c.paid[0]) + int256(c.paid[1]);
        uint256 all = pot(c);
        shares[0] = a < 0 ? 0 : uint256(a) > all ? all : uint256(a);
        shares[1] = all - shares[0];
        for (uint256 lane; lane < 2; ++lane) {
            c.pool[lane] = c.locked[lane] < shares[lane] ? c.locked[lane] : shares[lane];
            shares[lane] -= c.pool[lane];
        }
        c.settled = true;
    }

    /// @return toReceiver What the lane's receiver gets.
    /// @return toPayer What goes back.
    function unlock(ChannelModel storage c, uint256 lane, uint256 index, uint256 amount, uint256 payout)
        internal
        returns (uint256 toReceiver, uint256 toPayer)
    {
        uint256 reserve = amount < c.pool[lane] ? amount : c.pool[lane];
        toReceiver = reserve < payout ? reserve : payout;
        toPayer = reserve - toReceiver;
        c.pool[lane] -= reserve;
        c.unlocked[lane][index] = true;
    }
}
