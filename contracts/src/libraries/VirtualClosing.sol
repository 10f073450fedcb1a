// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../interfaces/ISluiceErrors.sol";
import { ChannelTerms, VirtualLock, VirtualTerms } from "../interfaces/SluiceTypes.sol";
import { Channels } from "./Channels.sol";
import { Lanes } from "./Lanes.sol";
import { LockTree } from "./LockTree.sol";
import { ChannelSlots, Store } from "./Store.sol";
import { Virtuals } from "./Virtuals.sol";

/// @title VirtualClosing
/// @notice Who may start a virtual channel's window.
library VirtualClosing {
    /// @notice Refuses who is not on the path.
    function requireMember(VirtualTerms calldata terms, bytes32 id, address who) internal pure {
        Virtuals.requireLength(terms.path.length);
        if (!Virtuals.isMember(terms.path, who)) revert ISluiceErrors.NotMember(id, who);
    }

    /// @notice Refuses who is not an account of a settled channel with a lock for this virtual channel, whose lane runs along
    /// the path. It gives an owner without the signer's key what a member has.
    function requireLock(
        Store storage store,
        VirtualTerms calldata terms,
        bytes32 id,
        ChannelTerms calldata channel,
        bytes32 channelId,
        VirtualLock calldata lock,
        address who
    ) internal view {
        Virtuals.requireLength(terms.path.length);
        uint8 lane = lock.lane;
        Channels.requireLane(lane);
        if (who != channel.a.account && who != channel.b.account) revert ISluiceErrors.NotMember(id, who);
        if (!Virtuals.areNeighbours(
                terms.path, Channels.payerSigner(channel, lane), Channels.receiverSigner(channel, lane)
            )) {
            revert ISluiceErrors.NotMember(id, who);
        }
        ChannelSlots storage slots = store.channels[channelId];
        if (!slots.deposits.isSettled()) revert ISluiceErrors.NotSettled(channelId);
        bytes32 leaf = LockTree.leaf(lock.index, lock.amount, LockTree.condition(address(this), id, 0));
        bytes32 root = LockTree.rootOf(lock.index, leaf, lock.proof);
        if (root == 0) revert ISluiceErrors.BadProof(channelId, lane, lock.index);
        Lanes.requireLocks(slots, channelId, lane, lock.locked, root);
    }
}
