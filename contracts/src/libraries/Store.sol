// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { DepositsWord } from "./DepositsWord.sol";
import { LaneWord } from "./LaneWord.sol";
import { VirtualWord } from "./VirtualWord.sol";

/// @dev What the chain holds of a channel. Most channels ever touch one or two of these slots.
struct ChannelSlots {
    DepositsWord deposits;
    uint128 withdrawnA;
    uint128 withdrawnB;
    LaneWord[2] lanes;
    // keccak256(abi.encode(locked, locksRoot)) where the lane's word says that it has locks; stays after settlement
    bytes32[2] locksHashes;
}

/// @dev What the chain holds of a virtual channel.
struct VirtualSlot {
    VirtualWord word;
}

/// @dev All of the contract's storage.
struct Store {
    mapping(bytes32 channelId => ChannelSlots) channels;
    mapping(bytes32 virtualId => VirtualSlot) virtuals;
    // slots from LaneWords.NEAR_SLOTS on, 256 a word; the key is lane << 32 | index / 256
    mapping(bytes32 channelId => mapping(uint256 key => uint256)) farUnlocked;
    mapping(address account => mapping(address token => uint256)) credits;
    mapping(address account => uint256) redirectNonces;
}
