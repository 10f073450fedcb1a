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

    /// @notice Refuses what is no lock for this virtual channel in a settled channel whose lane runs along the path. Both members
    /// of that hop signed for the lock, so that anyone may act on it: also an owner without the signer's key.
    function requireLock(
        Store storage store,
        VirtualTerms calldata terms,
        bytes32 id,
        ChannelTerms calldata channel,
        bytes32 channelId,
        VirtualLock calldata lock
    ) internal view {
        Virtuals.requireLength(terms.path.length);
        uint8 lane = lock.lane;
        Channels.requireLane(lane);
        (address payer, address receiver) =
            (Channels.payerSigner(channel, lane), Channels.receiverSigner(channel, lane));
        if (!Virtuals.areNeighbours(terms.path, payer, receiver)) {
            revert ISluiceErrors.NotNeighbours(id, payer, receiver);
        }
        ChannelSlots storage slots = store.channels[channelId];
        if (!slots.deposits.isSettled()) revert ISluiceErrors.NotSettled(channelId);
        bytes32 leaf = LockTree.leaf(lock.index, lock.amount, LockTree.condition(address(this), id, 0));
        bytes32 root = LockTree.rootOf(lock.index, leaf, lock.proof);
        if (root == 0) revert ISluiceErrors.BadProof(channelId, lane, lock.index);
        Lanes.requireLocks(slots, channelId, lane, lock.locked, root);
    }
}
